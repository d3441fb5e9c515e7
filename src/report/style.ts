/** The page's one style sheet: system fonts, one accent, light and dark, phone and paper. */
export const style = `
:root{--paper:#fcfcfa;--ink:#1c2024;--soft:#646b73;--line:#e4e5e1;--fill:#f2f2ee;--grey:#aeb4ba;--accent:#0b6e74;--tint:#0b6e7418;
--amber:#a86400;--red:#b8322a;--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{--paper:#131517;--ink:#e6e7e5;--soft:#989fa6;--line:#2a2e32;--fill:#1c1f22;--grey:#5d646b;
--accent:#4fbfc0;--tint:#4fbfc022;--amber:#e2a33c;--red:#f0776c}}
*{box-sizing:border-box;margin:0}
html{background:var(--paper);color:var(--ink);font:16px/1.55 var(--sans);-webkit-text-size-adjust:100%;font-variant-numeric:tabular-nums}
body{max-width:72rem;margin:0 auto;padding:3.5rem 2rem 5rem;overflow-wrap:anywhere}
h1{font-size:2.6rem;line-height:1.12;font-weight:650;letter-spacing:-.022em;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3;font-weight:650;letter-spacing:-.008em}
h3{font-size:.9rem;font-weight:600;color:var(--ink)}
h3 b{font-weight:400;color:var(--soft)}
em{font-style:normal;color:var(--ink);font-weight:500}
small{font-size:.84em;color:var(--soft);font-weight:400}
ul{list-style:none;padding:0}
img{display:block;max-width:100%}
img.sharp{image-rendering:pixelated}
.empty,.foot{color:var(--soft);font-size:.875rem}
.foot{margin-top:1rem}

header{padding-bottom:3rem}
.brand{display:flex;align-items:center;gap:.55rem;font-size:.9rem;font-weight:600;margin-bottom:2.6rem}
.brand span{color:var(--soft);font-weight:400}
.brand svg{width:1.75rem;fill:none;stroke:var(--accent);stroke-width:1.6}
.conclusion{font-size:1.3rem;line-height:1.45;max-width:46rem;margin-top:1rem;text-wrap:pretty}
.verdict{display:flex;gap:.9rem;align-items:baseline;margin-top:1.6rem;max-width:52rem;--tone:var(--accent)}
.verdict.narrowing{--tone:var(--amber)}
.verdict.collapsed{--tone:var(--red)}
.badge{flex:none;display:inline-flex;align-items:center;gap:.45rem;padding:.16rem .8rem .16rem .55rem;border-radius:2rem;font-weight:600;font-size:.9rem;
color:var(--tone);border:1.5px solid currentColor}
.badge svg{width:1rem;height:1rem;fill:currentColor}
.remedy{color:var(--soft)}
.failure{max-width:46rem;margin-top:1rem;color:var(--red)}
.advice{max-width:46rem;margin-top:1rem}
.judged{color:var(--soft);font-size:.9rem;max-width:46rem;margin-top:.7rem}
.advice+.command{max-width:46rem;margin-top:.6rem}
.about{color:var(--soft);font-size:.9rem;max-width:46rem;margin-top:1.6rem}
.facts{display:grid;grid-auto-flow:dense;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:1.1rem 1.5rem;margin-top:2.4rem;padding-top:1.5rem;border-top:1px solid var(--line)}
.facts .wide{grid-column:span 2}
.facts dt{font-size:.8rem;color:var(--soft)}
.facts dd{font-weight:500}

section{display:grid;grid-template-columns:15.5rem minmax(0,1fr);gap:1rem 3.5rem;padding:2.8rem 0;border-top:1px solid var(--line)}
.side p{color:var(--soft);font-size:.9rem;margin-top:.5rem}
@media (min-width:60rem){.side{position:sticky;top:2rem;align-self:start}}

table{border-collapse:collapse;width:100%;font-size:.95rem}
th{text-align:left;font-weight:500}
th p{color:var(--soft);font-size:.875rem;font-weight:400;max-width:36rem}
thead th{color:var(--soft);font-size:.8rem;font-weight:400;vertical-align:bottom;padding-bottom:.3rem}
.number,thead th:not(:first-child){text-align:right;white-space:nowrap}
.scores thead th:last-child{white-space:normal;min-width:6.6rem;line-height:1.3;padding-left:1.2rem}
.scores thead th:first-child{visibility:hidden}
.scores td,.scores tbody tr:not(.head) th{padding:.16rem 0}
.scores tbody tr:not(.head) th{width:6.5rem;padding-right:1rem;font-weight:400;color:var(--soft);white-space:nowrap}
.scores .head th{padding:1.5rem 0 .35rem;font-weight:600}
.scores thead+tbody .head th{padding-top:.2rem}
.scores .head p{max-width:42rem}
.scores .number{padding-left:1.2rem}
.scores .learned th{color:var(--ink)}
.bars{width:99%}
.bar{position:relative;height:.7rem;background:var(--fill);border-radius:2px}
.bar i{display:block;height:100%;background:var(--grey);border-radius:2px;min-width:1px}
.learned .bar i{background:var(--accent)}
.bar b{position:absolute;top:.14rem;bottom:.14rem;border:solid var(--ink);border-width:0 1px;background:linear-gradient(var(--ink),var(--ink)) center/100% 1px no-repeat}
.tie{color:var(--soft)}
.behind{color:var(--red)}
.plain th,.plain td{padding:.7rem 0 .7rem 1.2rem;vertical-align:top;border-bottom:1px solid var(--line)}
.plain th:first-child,.plain td:first-child{padding-left:0}
.plain tbody tr:last-child>*{border-bottom:0}
.plain thead th{border:0;padding-top:0;padding-bottom:0}
.plain thead td{border:0;padding:0}
.number.best{font-weight:600}
.transfer .published>*{color:var(--soft)}
.scroll{overflow-x:auto;margin-top:1.6rem}
.heat{width:auto;font-size:.8rem}
.heat caption{caption-side:top;text-align:left;color:var(--soft);font-size:.82rem;padding-bottom:.5rem}
.heat th{font-weight:400;color:var(--soft);text-align:right;padding:0 .6rem 0 0}
.heat thead th{text-align:center;padding:0 0 .2rem}
.heat td{text-align:center;padding:.22rem .55rem;border:2px solid var(--paper)}
.heat tbody td{background:color-mix(in srgb,var(--accent) calc(var(--s,0%)*.55),var(--fill))}
.heat .best{outline:2px solid var(--accent);outline-offset:-2px;font-weight:600}

.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;font-size:.82rem;color:var(--soft)}
.legend b{font-weight:500;color:var(--ink)}
.legend i{display:inline-block;width:.95rem;height:2px;background:var(--accent);vertical-align:.26em;margin-right:.4rem}
.legend i.second{background:var(--grey)}
.legend i.faint{background:var(--accent);opacity:.35}
.legend i.block{width:.62rem;height:.62rem;border-radius:2px;vertical-align:-.02em;background:var(--c,var(--grey))}
.chart{position:relative;padding:.7rem 0 1.6rem 2.9rem;font-size:.75rem;color:var(--soft)}
.plot{position:relative;height:15rem}
.small .plot{height:7.5rem}
.plot svg{position:absolute;width:100%;height:100%;overflow:visible}
.plot path{fill:none;vector-effect:non-scaling-stroke;stroke-width:1}
.plot .grid{display:inline;stroke:var(--line)}
.plot .reference{stroke:var(--ink);stroke-dasharray:2 3}
.plot .gap{fill:var(--tint)}
.plot .line{stroke:var(--accent);stroke-width:1.8;stroke-linejoin:round}
.plot .line.second{stroke:var(--grey)}
.plot .faint{stroke-width:1;opacity:.35}
.plot .dot{stroke:var(--accent);stroke-width:6;stroke-linecap:round}
.plot .dot.second{stroke:var(--grey)}
.plot .missing{stroke:var(--red);stroke-width:2}
.plot span{position:absolute;line-height:1;white-space:nowrap}
.plot .y{right:100%;margin-right:.5rem;transform:translateY(-50%)}
.plot .x{top:100%;margin-top:.5rem}
.plot .note{right:0;transform:translateY(-130%);color:var(--ink)}
.plot .top{top:0;transform:none;margin-top:.4rem;color:var(--soft)}
.plot .cross{position:absolute;top:0;bottom:0;width:1px;background:var(--ink);opacity:.4;pointer-events:none}
.warning{color:var(--red);font-size:.9rem;margin-bottom:.5rem}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1.6rem 2.2rem;margin-top:1.6rem}
.grid.three{grid-template-columns:repeat(3,minmax(0,1fr));gap:0 1.6rem;margin-top:0;grid-template-rows:repeat(3,auto)}
.three figure{display:grid;grid-template-rows:subgrid;grid-row:span 3}
.grid figure>p{font-size:.82rem;color:var(--soft);line-height:1.45}
.strip{margin-top:1.8rem}
.strip>div{display:flex;height:.6rem;border-radius:2px;overflow:hidden;margin:.4rem 0 .5rem}
.strip i{background:var(--grey)}
.strip i.healthy{background:var(--accent)}
.strip i.narrowing{background:var(--amber)}
.strip i.collapsed{background:var(--red)}

.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1.6rem 2.4rem}
.pair{display:flex;gap:.5rem}
.pair figure{flex:1 1 0;min-width:0}
.pair figure:first-child{margin-right:.7rem}
.pair img,.neighbours img{width:100%;aspect-ratio:1;height:auto;object-fit:contain;background:var(--fill);border-radius:3px}
figcaption{font-size:.78rem;color:var(--soft);line-height:1.4}
.pair figcaption{margin-top:.3rem}
.neighbours{display:grid;grid-template-columns:6rem 1fr;gap:1.8rem;padding:1.1rem 0}
.neighbours:first-child{padding-top:0}
.neighbours>div{display:grid;grid-template-columns:repeat(auto-fill,minmax(4.1rem,1fr));gap:.8rem .7rem}
.neighbours figcaption{margin-top:.25rem}
.neighbours figcaption b{display:block;font-weight:500;color:var(--ink)}
.neighbours .name{display:flex;white-space:nowrap}
.name bdi{flex:none;max-width:100%;overflow:hidden;text-overflow:ellipsis}
.name bdi:not(:last-child){flex:0 1 auto;min-width:0}
.query img{outline:2px solid var(--accent);outline-offset:2px}

.ask{text-align:center}
.ask img{width:100%;aspect-ratio:1;height:auto;object-fit:contain;background:var(--fill);border-radius:3px}
.ask .query{width:8.5rem;margin:0 auto 1.6rem}
.sets{display:grid;grid-template-columns:1fr 1fr;gap:1.6rem}
.ask button{font:inherit;font-size:.85rem;color:var(--soft);background:none;border:1px solid var(--line);border-radius:6px;padding:.5rem .9rem;cursor:pointer}
.ask button:hover:enabled,.ask button:focus-visible{border-color:var(--accent);outline:2px solid var(--accent);outline-offset:1px}
.ask button:disabled{opacity:.4;cursor:default}
.ask .set{padding:.8rem .8rem .5rem}
.ask .set>span{display:grid;grid-template-columns:repeat(3,1fr);gap:.5rem;margin-bottom:.4rem}
.ask .steps{display:flex;justify-content:center;align-items:center;gap:1rem;margin-top:1.4rem;font-size:.85rem;color:var(--soft)}
.ask .said{max-width:40rem;margin:1.4rem auto;text-wrap:pretty}
.ask .command{text-align:left}
.ask .command button{position:absolute}

.mapbox{position:relative}
.choice{border:0;padding:0;display:flex;gap:1rem;font-size:.82rem;color:var(--soft);justify-content:flex-end;margin-bottom:.5rem}
.choice legend{position:absolute;opacity:0}
.choice label{display:flex;align-items:center;gap:.35rem;cursor:pointer}
.choice input{accent-color:var(--accent)}
.map{position:relative;border:1px solid var(--line);border-radius:4px;overflow:hidden;container-type:inline-size}
.map svg{position:absolute;inset:0;width:100%;height:100%}
.map circle{fill:var(--c,var(--accent));opacity:.75}
.map i{position:absolute;width:3.6cqw;aspect-ratio:1;transform:translate(-50%,-50%);background-size:var(--sheet);border-radius:2px;outline:2px solid var(--c,transparent)}
.mapbox:has([value=points]:checked) .map i{display:none}
.dim :is(circle,i):not(.on){opacity:.08}
.groups{margin-top:.8rem}
.groups li[data-g]{cursor:default}
.tip{position:absolute;z-index:9;pointer-events:none;background:var(--paper);color:var(--ink);border:1px solid var(--line);border-radius:4px;box-shadow:0 4px 18px #0003;padding:.4rem .55rem;
font-size:.78rem;line-height:1.4;max-width:15rem}
.tip[hidden]{display:none}
.tip i{display:block;width:6rem;aspect-ratio:1;border-radius:2px;margin:.1rem 0 .35rem}
.tip b{font-weight:600}

.reason{margin-bottom:1.3rem}
.reason ul{font:.82rem/1.6 var(--mono);margin-top:.2rem}
.reason .more{font-family:var(--sans);color:var(--soft)}
.command{position:relative}
pre{font:.85rem/1.6 var(--mono);background:var(--fill);border-radius:4px;padding:.9rem 5rem .9rem 1rem;white-space:pre-wrap}
pre span{display:inline-block;max-width:100%;white-space:normal}
.command button{position:absolute;right:.5rem;top:.5rem;font:.78rem var(--sans);color:var(--soft);background:var(--paper);border:1px solid var(--line);border-radius:4px;padding:.25rem .6rem;cursor:pointer}
.settings{margin-top:1.4rem;font-size:.85rem}
.settings th{color:var(--soft);font-weight:400;width:38%;padding-right:1rem;vertical-align:top}
.settings td{font-family:var(--mono);font-size:.95em}
.settings tr>*{padding-top:.22rem;padding-bottom:.22rem}

@media (max-width:59.99rem){section{grid-template-columns:minmax(0,1fr);gap:1.4rem}.side p{max-width:40rem}}
@media (max-width:40rem){body{padding:1.6rem 1.1rem 3rem}.brand{margin-bottom:1.8rem}h1{font-size:1.9rem}.conclusion{font-size:1.12rem}
header{padding-bottom:2rem}section{padding:2rem 0}.verdict{flex-direction:column;gap:.6rem}.facts{grid-template-columns:1fr 1fr;gap:.9rem 1rem;margin-top:1.8rem}
.grid,.grid.three{grid-template:none;gap:1.6rem}.three figure{display:block}.plot{height:12rem}.scores{font-size:.88rem}.scores tbody tr:not(.head) th{width:4.8rem}.scores .number{padding-left:.7rem}
.scores thead th:last-child{min-width:4.4rem;padding-left:.7rem}.scores tbody tr:not(.head) th{padding-right:.6rem}.plain th,.plain td{padding-left:.7rem}.plain tr{display:grid;grid-template-columns:repeat(3,1fr);border-bottom:1px solid var(--line);padding:.6rem 0}.plain tr>*,.plain thead th:not(:first-child){border:0;padding:.1rem 0;text-align:left}
.plain tbody th{grid-column:1/-1}.plain thead tr{padding:0}.plain thead td{display:none}.plain tbody tr:last-child{border:0}.pairs{grid-template-columns:1fr}.neighbours{grid-template-columns:4.2rem 1fr;gap:1.1rem}
.neighbours>div{grid-template-columns:repeat(4,minmax(0,1fr));gap:.6rem .5rem}.sets{gap:.8rem}.ask .set>span{grid-template-columns:1fr}.map i{width:8.4cqw}.map i.wide{display:none}.map circle{r:6px}}
@media print{html{font-size:12px;--paper:#fff}body{padding:0;max-width:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
section{padding:1.6rem 0;grid-template-columns:13rem minmax(0,1fr);gap:2rem}.side{position:static}figure,tr,.pair,.neighbours,.mapbox,.reason{break-inside:avoid}
h2{break-after:avoid}#clicks,.choice,.tip,.command button{display:none}.neighbours{grid-template-columns:5rem 1fr;gap:1.4rem}.neighbours>div{grid-template-columns:repeat(auto-fill,minmax(3.6rem,1fr))}}
`

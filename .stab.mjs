import { openIndex } from './dist/use/index.js'
import { principal, projected } from './dist/use/numeric/principal.js'
import { kmeans, assigned } from './dist/use/groups/kmeans.js'
import { randomFrom, someOf } from './dist/use/numeric/random.js'
const ari=(a,b)=>{const m=new Map(),x=new Map(),y=new Map();for(let i=0;i<a.length;i++){const k=a[i]*1000+b[i];m.set(k,(m.get(k)??0)+1);x.set(a[i],(x.get(a[i])??0)+1);y.set(b[i],(y.get(b[i])??0)+1)}const c=o=>[...o.values()].reduce((s,n)=>s+n*(n-1)/2,0);const t=a.length*(a.length-1)/2,u=c(x)*c(y)/t;return (c(m)-u)/((c(x)+c(y))/2-u)}
for (const f of process.argv.slice(2)) { const ix=await openIndex(f); const d=await principal(ix,48); const rows=someOf(ix.size,1500,randomFrom(1)); const X=projected(await ix.vectors(rows),d); const D=d.count, n=rows.length; const half=Math.floor(n/2)
 const out=[]; for (const k of [2,3,4,5,6,8,10,12,15,20,25,30,40,50,65,80,100]) { if (k*8>n) break; const best=(s)=>[0,1].map(e=>kmeans(s,D,k,{seed:e,iterations:12})).sort((a,b)=>a.inertia-b.inertia)[0]
  const A=best(X.slice(0,half*D)),B=best(X.slice(half*D)); const a=assigned(X,D,A.centres), b=assigned(X,D,B.centres); out.push(`${k}:${ari(a.of,b.of).toFixed(2)}/${(a.inertia/n).toFixed(3)}`) }
 console.log(f, out.join(' ')) }

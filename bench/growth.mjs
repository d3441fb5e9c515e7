// How step time and memory grow with batch, resolution, width and the number of pictures: docs/growth.md and its pictures.
// usage: node bench/growth.mjs [--seconds 8] [--out docs]
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { prepare, timeWhole, WORKLOADS } from '../dist/bench/index.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    out: { type: 'string', default: 'docs' },
    one: { type: 'string' },
  },
})

const small = { encoder: 'small', size: 32, batch: 256 }
const CURVES = [
  {
    name: 'batch',
    says: 'pictures a step, small encoder, 32 px',
    points: [16, 32, 64, 128, 256, 512, 1024],
    of: (batch) => ({ change: { ...small, batch } }),
  },
  {
    name: 'resolution',
    says: 'px a side, small encoder, batch 64',
    points: [16, 24, 32, 40, 64, 96, 128],
    of: (size) => ({ change: { ...small, size, batch: 64 } }),
  },
  {
    name: 'width',
    says: 'times the channels of ResNet-18, 32 px, batch 32',
    points: [0.25, 0.5, 1, 2],
    of: (width) => ({ change: { encoder: `resnet18x${width}`, size: 32, batch: 32 } }),
  },
  {
    name: 'pictures',
    says: 'pictures of 32 px in memory, small encoder, batch 256',
    points: [1e3, 1e4, 1e5, 1e6],
    of: (count) => ({ change: small, count }),
  },
]

/** Prints one point, measured in this process. */
async function point() {
  const { change, count } = JSON.parse(values.one)
  const workload = { ...WORKLOADS.a, ...(count && { count }), change: { ...WORKLOADS.a.change, ...change } }
  const prepared = await prepare(workload, 'float32', '')
  const { imagesPerSecond, firstStep } = await timeWhole(prepared, Number(values.seconds))
  const megabytes = process.resourceUsage().maxRSS / 1024
  console.log(
    JSON.stringify({
      step: prepared.settings.batch / imagesPerSecond,
      imagesPerSecond,
      firstStep,
      megabytes,
    }),
  )
}

function report() {
  const sections = CURVES.map((curve) => {
    const found = curve.points.map((x) => {
      const one = { x, ...fastest(curve.of(x)) }
      console.error(curve.name, x, `${(1000 * one.step).toFixed(0)} ms`, `${one.megabytes.toFixed(0)} MB`)
      return one
    })
    const picture = join('growth', `${curve.name}.svg`)
    mkdirSync(join(values.out, 'growth'), { recursive: true })
    writeFileSync(join(values.out, picture), drawn(curve, found))
    return [
      `## ${curve.name[0].toUpperCase()}${curve.name.slice(1)}`,
      '',
      `![Time of a step and memory against ${curve.says}](${picture})`,
      '',
      `| ${curve.says} | a step, ms | pictures/s | first step after, s | highest memory, MB |`,
      '|--:|--:|--:|--:|--:|',
      ...found.map(
        ({ x, step, imagesPerSecond, firstStep, megabytes }) =>
          `| ${x.toLocaleString('en')} | ${inDigits(1000 * step)} | ${inDigits(imagesPerSecond)} | ${firstStep.toFixed(1)} | ${megabytes.toFixed(0)} |`,
      ),
      '',
      grows(found),
      '',
    ].join('\n')
  })
  const text = [
    '# How cost grows',
    '',
    `BYOL in float32 on random pictures, end to end, each point the faster of two processes of its own, on a machine that may have had neighbours; ${availableParallelism()} cores of ${cpus()[0].model.trim()},`,
    `${new Date().toISOString().slice(0, 10)}, \`node bench/growth.mjs --seconds ${values.seconds}\`. For a run of your own: \`npx selfsame train … --plan\`.`,
    '',
    ...sections,
  ].join('\n')
  writeFileSync(join(values.out, 'growth.md'), text)
}

/** A busy neighbour makes a point slower, never faster. */
function fastest(wanted) {
  const found = [1, 2].map(() => {
    const args = [
      fileURLToPath(import.meta.url),
      '--seconds',
      values.seconds,
      '--one',
      JSON.stringify(wanted),
    ]
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${JSON.stringify(wanted)}: ${stderr.trim().split('\n').at(-1)}`)
    return JSON.parse(stdout)
  })
  return found.sort((a, b) => a.step - b.step)[0]
}

/** Time as a power of what varies, by least squares of the logarithms. */
function power(found, key) {
  const points = found.map((one) => [Math.log(one.x), Math.log(one[key])])
  const mean = (i) => points.reduce((sum, point) => sum + point[i], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  return (
    points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) /
    points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
  )
}

function grows(found) {
  return `A step's time grows as the ${power(found, 'step').toFixed(2)}th power, memory as the ${power(found, 'megabytes').toFixed(2)}th.`
}

const SPAN = Math.log(200)
const COLOURS = { step: '#b5453a', megabytes: '#3a6ea5' }

/** Three digits that count, with none of them as a power. */
function inDigits(value) {
  return Number(value.toPrecision(3)).toLocaleString('en')
}

/** Two lines on logarithmic axes, each with its end written out. */
function drawn({ says }, found) {
  const [width, height, left, bottom] = [560, 260, 40, 40]
  const xs = found.map(({ x }) => Math.log(x))
  const across = (x) => left + 10 + ((Math.log(x) - xs[0]) / (xs.at(-1) - xs[0])) * (width - left - 90)
  const lines = Object.entries(COLOURS).map(([key, colour]) => {
    const logs = found.map((one) => Math.log(one[key]))
    // both lines on a scale of as many decades, so that slopes compare
    const low = Math.min(...logs)
    const up = (value) => height - bottom - 10 - ((Math.log(value) - low) / SPAN) * (height - bottom - 30)
    const at = found.map((one) => [across(one.x), up(one[key])])
    const word = (one) =>
      key === 'step' ? `${inDigits(1000 * one.step)} ms` : `${one.megabytes.toFixed(0)} MB`
    const [x, y] = at.at(-1)
    return [
      `<polyline points="${at.map((point) => point.map((v) => v.toFixed(1)).join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...at.map(([cx, cy]) => `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3" fill="${colour}"/>`),
      `<text x="${(x + 8).toFixed(1)}" y="${(y + 4).toFixed(1)}" fill="${colour}">${word(found.at(-1))}</text>`,
    ].join('')
  })
  const ticks = found.map(
    ({ x }) =>
      `<text x="${across(x).toFixed(1)}" y="${height - 22}" text-anchor="middle">${x.toLocaleString('en')}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><title>Time of a step and memory against ${says}</title><rect width="${width}" height="${height}" fill="#fff"/><path d="M${left} ${height - bottom}H${width - 20}" stroke="#999"/>${lines.join('')}${ticks.join('')}<text x="${left}" y="${height - 5}" fill="#555">${says}; both axes logarithmic</text><text x="${left}" y="16" fill="${COLOURS.step}">time of a step</text><text x="${left + 110}" y="16" fill="${COLOURS.megabytes}">highest memory</text></svg>\n`
}

await (values.one ? point() : report())

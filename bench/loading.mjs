#!/usr/bin/env node
// Reading, decoding and two views, ours and lightly's in turn (A B A B …): medians, ratios, peak memory.
// Usage: node bench/loading.mjs --peer-script lightly_byol.py --lightly DIR --photos DIR --cifar DIR [--rounds 3]
//        [--seconds 10] [--workers 2] [--out FILE.md]
// `--photos` is a folder of photographs, `--cifar` one with CIFAR-10's binaries. Large photographs are made from the small
// ones, enlarged to a short side of 1,600 px. Needs Debian's python3-torch and python3-torchvision.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sharp from 'sharp'

const { values } = parseArgs({
  options: {
    'peer-script': { type: 'string' },
    lightly: { type: 'string' },
    photos: { type: 'string' },
    cifar: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
})
if (!values['peer-script'] || !values.lightly || !values.photos || !values.cifar) {
  console.error(
    'usage: node bench/loading.mjs --peer-script FILE.py --lightly DIR --photos DIR --cifar DIR [--rounds 3] [--seconds 10] [--out FILE.md]',
  )
  process.exit(2)
}

const LARGE = { count: 100, side: 1600 }

/** Large photographs, made once. */
async function largePhotos(from) {
  const folder = join(tmpdir(), `selfsame-large-${LARGE.side}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.draft`
  mkdirSync(draft, { recursive: true })
  const all = readdirSync(from, { recursive: true })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
  for (let i = 0; i < LARGE.count; i++) {
    const name = all[Math.floor((i * all.length) / LARGE.count)]
    await sharp(join(from, name))
      .resize({ width: LARGE.side, height: LARGE.side, fit: 'outside' })
      .jpeg({ quality: 90 })
      .toFile(join(draft, `${i}.jpg`))
  }
  renameSync(draft, folder)
  return folder
}

const { photos, cifar, workers, seconds } = values
const WORKLOADS = [
  { name: 'photographs, 224 px', size: 224, batch: 64, data: photos, peer: `folder:${photos}` },
  {
    name: `photographs of ${LARGE.side} px, 224 px`,
    size: 224,
    batch: 64,
    data: await largePhotos(photos),
    peer: `folder:${await largePhotos(photos)}`,
  },
  { name: 'CIFAR-10 from memory, 32 px', size: 32, batch: 256, data: cifar, peer: 'cifar' },
]

function ours({ size, batch, data }) {
  const script = fileURLToPath(new URL('load.mjs', import.meta.url))
  const args = ['--data', data, '--size', size, '--batch', batch, '--seconds', seconds, '--threads', workers]
  const result = run(process.execPath, [script, ...args.map(String)], { UV_THREADPOOL_SIZE: workers })
  return { speed: result.images_per_second, memory: result.peak_rss_mb }
}

function lightly({ size, batch, peer }) {
  const args = ['--lightly', values.lightly, '--parts', 'augment', '--data', peer, '--size', size]
  // the peer times its views for a third of this
  const more = ['--batch', batch, '--workers', workers, '--seconds', 3 * Number(seconds), '--blur', 0.5]
  const result = run('/usr/bin/python3', [values['peer-script'], ...[...args, ...more].map(String)], {})
  return { speed: result.augment_img_s, memory: result.peak_rss_mb }
}

function run(program, args, env) {
  const text = execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  return JSON.parse(text.trim().split('\n').at(-1))
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const rows = []
for (const workload of WORKLOADS) {
  const seen = { ours: [], lightly: [] }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [side, measure] of Object.entries({ ours, lightly })) {
      const result = measure(workload)
      seen[side].push(result)
      console.error(`${workload.name}, ${side}: ${Math.round(result.speed)} pictures/s`)
    }
  }
  const speeds = (side) => seen[side].map(({ speed }) => Math.round(speed))
  const ratios = seen.ours.map(({ speed }, i) => speed / seen.lightly[i].speed)
  const cell = (side) => `${median(speeds(side))} (${speeds(side).join(', ')})`
  rows.push(`| ${workload.name} | ${cell('ours')} | ${cell('lightly')} | ${median(ratios).toFixed(1)} |`)
}
const table = [
  '# Pictures in: reading, decoding and two BYOL views, ours and lightly’s in turn',
  '',
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${cpus()[0].model}, ${workers} workers each. Command: \`node bench/loading.mjs --rounds ${values.rounds} --seconds ${seconds} --workers ${workers} …\``,
  '',
  '| workload | ours, pictures/s | lightly, pictures/s | ratio (median of pairs) |',
  '|---|---|---|---|',
  ...rows,
  '',
  'Ours blurs the first view always and the second in a tenth of cases, as BYOL does; lightly’s is set to blur both with probability 0.5.',
  '',
].join('\n')
console.log(table)
if (values.out) writeFileSync(values.out, table)

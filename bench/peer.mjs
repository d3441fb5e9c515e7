#!/usr/bin/env node
// Ours and the peer in turn (A B A B …), f32 and bf16: medians, ratios and peak memory of the ResNet-18 step.
// Usage: node bench/peer.mjs --peer-script lightly_byol.py --lightly DIR [--rounds 3] [--seconds 20] [--out FILE.md]
// Needs Debian's python3-torch and python3-torchvision (run with /usr/bin/python3) and lightly's sources in DIR.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    'peer-script': { type: 'string' },
    lightly: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    out: { type: 'string' },
  },
})
if (!values['peer-script'] || !values.lightly) {
  console.error(
    'usage: node bench/peer.mjs --peer-script FILE.py --lightly DIR [--rounds 3] [--seconds 20] [--out FILE.md]',
  )
  process.exit(2)
}
const ownScript = fileURLToPath(new URL('step.mjs', import.meta.url))
const lastLine = (text) => JSON.parse(text.trim().split('\n').at(-1))

const sides = {
  ours: (precision) =>
    lastLine(run(process.execPath, [ownScript, '--precision', precision, '--seconds', values.seconds])),
  peer: (precision) =>
    lastLine(
      run('/usr/bin/python3', [
        values['peer-script'],
        ...['--lightly', values.lightly, '--parts', 'step', '--data', 'cifar', '--threads', '2'],
        // the peer times its step for half of this
        ...['--seconds', String(2 * Number(values.seconds))],
        ...(precision === 'bfloat16' ? ['--bf16'] : []),
      ]),
    ),
}

function run(program, args) {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 24,
  })
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const rows = []
for (const precision of ['float32', 'bfloat16']) {
  const seen = { ours: [], peer: [] }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const side of ['ours', 'peer']) {
      const result = sides[side](precision)
      seen[side].push(result)
      console.error(`${precision} ${side}: ${result.step_img_s} pictures/s, ${result.peak_rss_mb} MB`)
    }
  }
  const speeds = (side) => seen[side].map((result) => result.step_img_s)
  const memory = (side) => Math.max(...seen[side].map((result) => result.peak_rss_mb))
  const ratios = seen.ours.map((result, i) => result.step_img_s / seen.peer[i].step_img_s)
  rows.push(
    `| ${precision} | ${median(speeds('ours'))} (${speeds('ours').join(', ')}) | ${median(speeds('peer'))} (${speeds('peer').join(', ')}) | ${median(ratios).toFixed(2)} | ${memory('ours')} | ${memory('peer')} |`,
  )
}
const table = [
  '# ResNet-18 (CIFAR stem), 32 px, batch 256: the BYOL step, ours and lightly’s in turn',
  '',
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${cpus()[0].model}. Command: \`node bench/peer.mjs --rounds ${values.rounds} --seconds ${values.seconds} …\``,
  '',
  '| precision | ours, pictures/s | lightly, pictures/s | ratio (median of pairs) | peak memory ours, MB | lightly, MB |',
  '|---|---|---|---|---|---|',
  ...rows,
  '',
].join('\n')
console.log(table)
if (values.out) writeFileSync(values.out, table)

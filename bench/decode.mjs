#!/usr/bin/env node
// Pictures a second of `decode()` on a folder of JPEGs: ours (libjpeg-turbo in the addon), through sharp, and pure
// libjpeg-turbo in a C program with as many threads as pictures are in flight. Each in a process of its own, in turn. The
// CPU time of a picture (all threads) tells the same on a machine that others use too.
// Usage: node bench/decode.mjs DIR [--shrink-to 672] [--rounds 3] [--limit 2000]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { decode } from '../dist/images/decode/decode.js'

const IN_FLIGHT = [1, 2, 4, 8]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'shrink-to': { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
    limit: { type: 'string', default: '2000' },
    // what this process measures for its parent
    flight: { type: 'string' },
  },
})
const [folder] = positionals
if (!folder) throw new Error('give a folder of JPEGs')
const shrinkTo = Number(values['shrink-to'])
const files = readdirSync(folder, { recursive: true })
  .filter((name) => /\.jpe?g$/i.test(name))
  .sort()
  .slice(0, Number(values.limit))
  .map((name) => join(folder, name))

if (values.flight) console.log(await measure(Number(values.flight)))
else compare()

async function measure(flight) {
  const options = shrinkTo > 0 ? { shrinkTo } : {}
  const pass = async (list) => {
    let next = 0
    const work = async () => {
      while (next < list.length) await decode(list[next++], options)
    }
    await Promise.all(Array.from({ length: flight }, work))
  }
  // memory and compiled code settle over some hundred pictures
  await pass(files.slice(0, 500))
  const [began, used] = [performance.now(), process.cpuUsage()]
  await pass(files)
  const { user, system } = process.cpuUsage(used)
  return `${(1000 * files.length) / (performance.now() - began)} ${(user + system) / files.length}`
}

function compare() {
  const scratch = mkdtempSync(join(tmpdir(), 'decode-pure-'))
  const program = join(scratch, 'pure')
  try {
    const source = fileURLToPath(new URL('decode-pure.c', import.meta.url))
    run('cc', ['-O3', '-pthread', '-o', program, source, '-ljpeg'])
    const cores = availableParallelism()
    console.log(
      `${files.length} files, ${cores} cores, best of ${values.rounds}: pictures/s, µs of CPU a picture`,
    )
    console.log('| in flight | ours | sharp | pure | ours / pure | ours / sharp |\n|---|---|---|---|---|---|')
    for (const flight of IN_FLIGHT) {
      const best = {
        ours: [0, Number.POSITIVE_INFINITY],
        sharp: [0, Number.POSITIVE_INFINITY],
        pure: [0, Number.POSITIVE_INFINITY],
      }
      for (let round = 0; round < Number(values.rounds); round++) {
        const threads = String(Math.min(flight, cores))
        const figures = {
          pure: run(program, [threads, String(shrinkTo)], { input: `${files.join('\n')}\n` }),
          ours: child(flight, ''),
          sharp: child(flight, 'sharp'),
        }
        for (const [name, text] of Object.entries(figures)) {
          const [rate, cpu] = text.split(' ').map(Number)
          best[name] = [Math.max(best[name][0], rate), Math.min(best[name][1], cpu)]
        }
      }
      const { ours, sharp, pure } = best
      const cells = [ours, sharp, pure].map(([rate, cpu]) => `${Math.round(rate)}, ${Math.round(cpu)}`)
      const share = `${percent(ours[0] / pure[0])}, ${percent(pure[1] / ours[1])}`
      const times = `${(ours[0] / sharp[0]).toFixed(1)} ×, ${(sharp[1] / ours[1]).toFixed(1)} ×`
      console.log(`| ${[flight, ...cells, share, times].join(' | ')} |`)
    }
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

function percent(share) {
  return `${(100 * share).toFixed(0)} %`
}

function child(flight, decoder) {
  const script = fileURLToPath(import.meta.url)
  return run(process.execPath, [script, ...process.argv.slice(2), '--flight', String(flight)], {
    env: { ...process.env, SELFSAME_JPEG: decoder },
  })
}

function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options })
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`)
  return stdout
}

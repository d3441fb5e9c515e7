/**
 * Copies planted in real pictures and found again: precision and recall by kind, beside perceptual hashes and a threshold on vectors.
 *
 *     node bench/duplicates.mjs RUN|MODEL PICTURES [--count 300] [--work DIR]
 *
 * Writes planted pictures and their index into DIR (kept, so that it goes on) and prints a table.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findDuplicates } from '../dist/use/alike/duplicates.js'
import { duplicatesJson } from '../dist/use/alike/words.js'
import { openIndex } from '../dist/use/index.js'
import { hashesOf, within } from './duplicates/hashes.mjs'
import { KINDS, plant } from './duplicates/plant.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '300' },
    work: { type: 'string', default: '.cache/duplicates' },
  },
})
const [model, pictures] = positionals
const planted = join(values.work, 'planted')
const folder = join(values.work, 'index')
if (!existsSync(join(planted, 'planted.json'))) await plant(pictures, planted, Number(values.count))
if (!existsSync(join(folder, 'index.json'))) {
  mkdirSync(join(folder, 'unfinished'), { recursive: true })
  const { status } = spawnSync(
    process.execPath,
    ['dist/cli/bin.cjs', 'embed', model, planted, '--out', folder],
    {
      stdio: 'inherit',
    },
  )
  if (status !== 0) process.exit(1)
}

const index = await openIndex(folder)
const made = JSON.parse(readFileSync(join(planted, 'planted.json'), 'utf8'))
const rows = new Map()
for await (const part of index.allRows(['path'])) for (const { path } of part.rows) rows.set(path, rows.size)
/** Of each row the original that it shows. */
const origin = Int32Array.from({ length: index.size }, (_, row) => row)
const bursts = new Set()
for (const { path, original, kind } of made) {
  origin[rows.get(path)] = rows.get(original)
  if (kind.startsWith('burst')) bursts.add(rows.get(path))
}

const cache = join(values.work, 'found.json')
const began = process.cpuUsage()
const found = existsSync(cache)
  ? JSON.parse(readFileSync(cache, 'utf8'))
  : duplicatesJson(await findDuplicates(index, { told: tell }))
const rowOf = ({ path }) => rows.get(path)
writeFileSync(cache, JSON.stringify(found))
const { user, system } = process.cpuUsage(began)
process.stderr.write(
  `${((user + system) / 1e6).toFixed(0)} s of processor time, copies from ${found.near.score}\n`,
)

/** Ours as pairs: of a group each member with the one that stands for it, and so with one another. */
const groupOf = new Int32Array(index.size).fill(-1)
for (const level of ['near', 'pixels', 'file'])
  for (const [at, group] of found.groups.entries())
    if (group.level === level)
      for (const row of [rows.get(group.kept), ...group.members.map(rowOf)])
        if (groupOf[row] < 0) groupOf[row] = at
const ours = (a, b) => groupOf[a] >= 0 && groupOf[a] === groupOf[b]
const burstPairs = new Set(
  found.groups.flatMap(({ level, kept, members }) =>
    level === 'burst' ? members.map((one) => key(rows.get(kept), rowOf(one))) : [],
  ),
)

const hashes = await hashesOf(planted, [...rows.keys()])
/** Pairs of at least 0.9 among the 64 nearest of each. */
const close = new Set()
for await (const { first, count, k, rows: near, scores } of index.neighbours(64))
  for (let at = 0; at < count * k; at++)
    if (scores[at] >= 0.9 && near[at] !== first + Math.floor(at / k))
      close.add(key(first + Math.floor(at / k), near[at]))
const ways = {
  selfsame: ours,
  'PHash ≤ 10': (a, b) => within(hashes.frequency, a, b, 10),
  'DHash ≤ 10': (a, b) => within(hashes.difference, a, b, 10),
  'cosine ≥ 0.9': (a, b) => close.has(key(a, b)),
}

/** Copies that real sets have by themselves are no false alarms: pairs of originals that are certainly copies by our own look. */
const natural = new Set(
  found.groups
    .filter(({ level }) => ['file', 'pixels', 'near'].includes(level))
    .flatMap(({ kept, members }) =>
      members
        .filter(({ score }) => score >= 0.9)
        .map((one) => [origin[rows.get(kept)], origin[rowOf(one)]])
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => key(a, b)),
    ),
)
/** Originals that have a copy by themselves: what is planted of them could rightly go with that one. */
const twins = new Set([...natural].flatMap((pair) => pair.split(' ').map(Number)))

console.log(`| planted | ${Object.keys(ways).join(' | ')} |\n|---|${'--:|'.repeat(Object.keys(ways).length)}`)
for (const kind of [...Object.keys(KINDS), 'burst', 'burst without time']) {
  const some = made
    .filter((one) => one.kind === kind && !twins.has(rows.get(one.original)))
    .map((one) => [rows.get(one.path), rows.get(one.original)])
  const shares = Object.values(ways).map((way) =>
    percent(some.filter(([a, b]) => way(a, b)).length / some.length),
  )
  const told =
    kind === 'burst'
      ? ` (as a burst ${percent(some.filter(([a, b]) => burstPairs.has(key(a, b))).length / some.length)})`
      : ''
  console.log(
    `| ${kind}${kind.startsWith('burst') ? ', taken for a copy' : ''} | ${shares[0]}${told} | ${shares.slice(1).join(' | ')} |`,
  )
}

function* hashPairs(words) {
  for (let a = 0; a < index.size; a++)
    for (let b = a + 1; b < index.size; b++) if (within(words, a, b, 10)) yield [a, b]
}
function* ourPairs() {
  const members = new Map()
  for (const [row, group] of groupOf.entries())
    if (group >= 0) members.set(group, [...(members.get(group) ?? []), row])
  for (const rows of members.values())
    for (const [i, a] of rows.entries()) for (const b of rows.slice(i + 1)) yield [a, b]
}
const pairs = [
  ourPairs(),
  hashPairs(hashes.frequency),
  hashPairs(hashes.difference),
  [...close].map((pair) => pair.split(' ').map(Number)),
]
const totals = pairs.map((some) => {
  const total = { right: 0, wrong: 0 }
  for (const [a, b] of some) {
    // bursts have rows of their own
    if (bursts.has(a) || bursts.has(b)) continue
    if (origin[a] === origin[b]) total.right++
    else if (!natural.has(key(origin[a], origin[b]))) total.wrong++
  }
  return total
})
console.log(
  `| precision of pairs | ${totals
    .map(({ right, wrong }) => percent(right / (right + wrong)))
    .join(' | ')} |`,
)
console.log(`| pairs of different pictures | ${totals.map(({ wrong }) => wrong).join(' | ')} |`)
await index.close()

function key(a, b) {
  return `${Math.min(a, b)} ${Math.max(a, b)}`
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`
}

function tell(what, done, total) {
  if (process.stderr.isTTY) process.stderr.write(`\r${what} ${done}/${total} `)
}

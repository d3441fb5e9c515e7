/** `selfsame evaluate` as users run it: every key of its JSON, features that are kept, and sets with few labels or none. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const run = join(folder, 'run')
const classes = join(folder, 'classes')
const flat = join(folder, 'flat')

type Scores = Record<string, { mean: number; low: number; high: number }>
interface Evaluation {
  run: string
  knn: Record<string, number> | null
  linear: Record<string, number> | null
  few: Record<string, number> | null
  retrieval: Record<string, number>
  effective_rank: Record<string, number>
  lines: { protocol: string; name: string; label: string; scores: Scores }[]
  label_free: Record<string, Record<string, { value: number; low: number; high: number }>>
  supervised: { mean: number; chosen: Record<string, number> } | null
  transfer: { set: string; scores: Scores }[] | null
  judged: { pictures: number; of: number; without_labels: number; seen: string }
  advice: { action: string; sentence: string; command?: string }
  conclusion: string
  notes: string[]
  seconds: number
}

async function evaluate(...options: string[]): Promise<Evaluation> {
  const { code, stdout, stderr } = await selfsame(['evaluate', run, ...options, '--json'])
  expect(stderr).not.toMatch(/^(selfsame|error):/m)
  expect(code).toBe(0)
  return JSON.parse(stdout) as Evaluation
}

/** A manifest of pictures, and of a class for some. */
function manifest(name: string, paths: readonly string[], labelOf: (index: number) => string): string {
  const path = join(folder, name)
  const rows = paths.map((one, i) => `${relative(folder, one)},${labelOf(i)}`)
  writeFileSync(path, ['path,label', ...rows].join('\n'))
  return path
}

let paths: string[]
beforeAll(async () => {
  paths = await drawPictures(classes, 48, true)
  await drawPictures(flat, 12)
  const options = ['--size', '16', '--batch', '16', '--epochs', '4', '--run', run]
  const { code } = await selfsame(['train', classes, ...options])
  expect(code).toBe(0)
}, 60_000)

test('all protocols: every line has the learned features with an interval, and the known keys are there', async () => {
  const found = await evaluate()
  expect(new Set(found.lines.map(({ protocol }) => protocol))).toContain('finetune')
  for (const { name, scores } of found.lines) {
    const { mean, low, high } = scores.learned as Scores[string]
    expect(low, name).toBeLessThanOrEqual(mean)
    expect(high, name).toBeGreaterThanOrEqual(mean)
  }
  for (const [name, row] of [
    ['knn', found.knn],
    ['linear', found.linear],
    ['few_10', found.few],
  ] as const) {
    const line = found.lines.find((one) => one.name === name)?.scores ?? {}
    expect(Object.keys(line)).toEqual(['learned', 'pixels', 'whitened', 'untrained', 'closed', 'supervised'])
    for (const [contender, { mean }] of Object.entries(line)) expect(row?.[contender], name).toBe(mean)
    // three shapes of any colours, of which chance names a third
    expect(line.learned?.mean, name).toBeGreaterThan(0.6)
  }
  expect(Object.keys(found.label_free)).toEqual([
    'retrieval',
    'neighbour_stability',
    'effective_rank',
    'alignment',
    'uniformity',
    'std_ratio',
  ])
  expect(found.retrieval.learned).toBe(found.label_free.retrieval?.learned?.value)
  // three passes over 39 pictures teach less than their own patches do
  expect(found.advice).toMatchObject({
    action: 'closed_form',
    sentence: expect.stringMatching(/ no better than it .* Or train longer: .*`epochs: 8`/),
    command: expect.stringContaining('--method smt'),
  })
  const judged = found.label_free.retrieval && found.retrieval.pictures
  expect(found.judged).toEqual({ pictures: judged, of: 48, without_labels: judged, seen: 'without_classes' })
  const report = readFileSync(join(run, 'report.html'), 'utf8')
  expect(report).toContain('<h1>BYOL on classes</h1>')
  expect(report).toContain(`<span>${classes}</span>`)
  expect(found.supervised?.chosen).toMatchObject({ learning_rate: 0.1, batch: 39 })
  expect(existsSync(join(run, 'report.html'))).toBe(true)
}, 120_000)

test('features that are kept change nothing: read, made anew, or found damaged', async () => {
  const first = await evaluate('--protocol', 'knn')
  const files = readdirSync(join(run, 'features')).map((name) => join(run, 'features', name))
  // both sides of learned, untrained, pixels and supervised, and the accuracy of the last
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) truncateSync(file, 100)
  const repaired = await evaluate('--protocol', 'knn')
  const fresh = await evaluate('--protocol', 'knn', '--fresh')
  for (const other of [repaired, fresh]) {
    expect({ ...other, seconds: 0 }).toEqual({ ...first, seconds: 0 })
  }
}, 120_000)

test('a third without a class, and transfer', async () => {
  const partly = manifest('partly.csv', paths, (i) => (i % 3 === 0 ? '' : `kind ${i % 2}`))
  const found = await evaluate('--data', partly, '--protocol', 'knn', '--transfer', partly)
  expect(found.knn?.learned).toBeGreaterThan(0)
  expect(found.notes).toEqual([])
  const [transfer] = found.transfer ?? []
  expect(transfer?.set).toBe(partly)
  expect(Object.keys(transfer?.scores ?? {})).toEqual([
    'learned',
    'pixels',
    'whitened',
    'untrained',
    'closed',
  ])
}, 60_000)

test('one class, no class at all, and a dozen pictures', async () => {
  const one = await evaluate(
    '--data',
    manifest('one.csv', paths, () => 'all'),
  )
  expect([one.knn, one.linear, one.few, one.lines]).toEqual([null, null, null, []])
  expect(one.notes).toEqual(['All labelled pictures are of one class, so this is judged without labels.'])
  const none = await evaluate('--data', flat)
  expect(none.lines).toEqual([])
  expect(none.notes).toEqual(['No labels were found, so this is judged without.'])
  const dozen = await evaluate(
    '--data',
    manifest('dozen.csv', paths.slice(0, 12), (i) => `kind ${i % 2}`),
  )
  expect(dozen.judged).toMatchObject({ pictures: 2, of: 12 })
  expect([0, 0.5, 1]).toContain(dozen.knn?.learned)
}, 120_000)

test('the closed form is no rival of itself, and is measured without labels by views that differ', async () => {
  const own = join(folder, 'closed')
  const trained = await selfsame(['train', classes, '--method', 'smt', '--run', own])
  expect(trained.code, trained.stderr).toBe(0)
  const { code, stdout } = await selfsame(['evaluate', own, '--protocol', 'knn', '--json'])
  expect(code).toBe(0)
  const found = JSON.parse(stdout) as Evaluation
  expect(Object.keys(found.lines[0]?.scores ?? {})).toEqual(['learned', 'pixels', 'whitened', 'untrained'])
  expect(found.label_free.alignment?.learned?.value).toBeGreaterThan(0.01)
  expect(found.advice.action).not.toBe('closed_form')
}, 60_000)

test('a set without classes cannot be transferred to, and says so in one sentence', async () => {
  const { code, stderr, stdout } = await selfsame(['evaluate', run, '--transfer', flat])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^selfsame: transfer to .*flat needs pictures of two classes or more/m)
}, 60_000)

test('what eyes have chosen counts only where nothing else tells, and must be so many of so many', async () => {
  const labelled = await selfsame(['evaluate', run, '--clicked', '15/20'])
  expect([labelled.code, labelled.stdout]).toEqual([2, ''])
  expect(labelled.stderr).toMatch(
    /^selfsame: --clicked counts for 100 pictures or more without classes, and labels/m,
  )
  const few = await selfsame(['evaluate', run, '--data', flat, '--clicked', '15/20'])
  expect(few.stderr).toContain('and there are fewer than 100: leave it out')
  const odd = await selfsame(['evaluate', run, '--clicked', '21/20'])
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining("such as 15/20, got '21/20'")])
}, 60_000)

test('where nothing can be written the table is printed all the same, and what failed is named', async () => {
  const blocked = join(folder, 'blocked')
  cpSync(run, blocked, { recursive: true })
  for (const name of ['features', 'evaluation.json', 'report.html'])
    rmSync(join(blocked, name), { recursive: true, force: true })
  // a file where a folder should be, and folders where files should be: as little can be written as on a full disk
  writeFileSync(join(blocked, 'features'), '')
  for (const name of ['evaluation.json', 'report.html']) mkdirSync(join(blocked, name))
  const { code, stdout, stderr } = await selfsame(['evaluate', blocked, '--protocol', 'knn'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/20 nearest\s+neighbours +\d/)
  expect(stdout).toMatch(/^Judged on \d+ of 48 pictures; training saw them, too, but no classes\.$/m)
  expect(stdout).toMatch(
    /^Keeping the figures failed: .*evaluation\.json could not be written: a folder is in the way/m,
  )
  expect(stdout).toMatch(/^The report failed: .*report\.html could not be written: a folder is in the way/m)
  expect(stdout).not.toMatch(/^Report: /m)
  expect(stdout.match(/failed:/g)).toHaveLength(2)
  expect(stderr).not.toMatch(/fault of ours|\bat \w+ \(/)
})

test('one picture is too few, and how many are needed is said', async () => {
  const one = manifest('single.csv', paths.slice(0, 1), () => '')
  const { code, stderr, stdout } = await selfsame(['evaluate', run, '--data', one])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^selfsame: \S+single\.csv has 1 picture, .* at least 2 are needed/m)
})

test('what is left of a finished run is judged, and what is not is told and written anew', async () => {
  const words = ['--protocol', 'knn', '--json']
  const { knn } = await evaluate('--protocol', 'knn')
  const left = join(folder, 'left')
  const copied = (...without: string[]) => {
    rmSync(left, { recursive: true, force: true })
    cpSync(run, left, { recursive: true })
    for (const name of ['features', ...without]) rmSync(join(left, name), { recursive: true, force: true })
  }
  // as where a full disk had room for the encoder alone
  copied('checkpoints')
  const whole = await selfsame(['evaluate', left, ...words])
  expect(whole.stderr).toMatch(
    /^What is judged is \S+encoder\.safetensors, of step 12, the end of training: there is no/m,
  )
  expect(JSON.parse(whole.stdout).knn).toEqual(knn)
  copied('encoder.safetensors')
  const missing = await selfsame(['evaluate', left, ...words])
  expect(missing.stderr).toMatch(/^Warning: \S+encoder\.safetensors is missing; .*--resume writes it anew\./m)
  expect(JSON.parse(missing.stdout).knn).toEqual(knn)
  copied('encoder.safetensors', 'checkpoints')
  const nothing = await selfsame(['evaluate', left, ...words])
  expect(nothing).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no checkpoint yet: train it first'),
  })
  copied('training.json')
  const resumed = await selfsame(['train', '--run', left, '--resume'])
  expect(resumed.stderr).toMatch(/^All steps were taken before: what is missing of the end is written anew/m)
  expect(resumed.stdout).toMatch(/^Trained 12 steps in \d+ s\.$/m)
}, 120_000)

test('classifiers learn from no more pictures than asked for, which is told; the pictures asked about stay', async () => {
  const all = await evaluate('--protocol', 'knn')
  const some = await evaluate('--protocol', 'knn', '--most', '10')
  expect(all.notes.join()).not.toContain('Classifiers learned')
  expect(some.notes.join()).toMatch(/^Classifiers learned from 10 of the \d+ training pictures\.$/)
  expect(some.judged).toEqual(all.judged)
})

test('a run that holds the closed form: it is a part of what was learned, and the untrained network stands alone', async () => {
  const joined = join(folder, 'joined')
  const small = [
    'encoder.atoms=32',
    'encoder.directions=8',
    'encoder.outputs=8',
    'encoder.grid=2',
    'projector.outputs=8',
  ]
  const options = ['--method', 'smt-distilled', '--batch', '16', '--epochs', '4', '--run', joined]
  const { code } = await selfsame(['train', classes, ...options, ...small.flatMap((one) => ['--set', one])])
  expect(code).toBe(0)
  const { stdout, stderr } = await selfsame(['evaluate', joined, '--protocol', 'knn', '--json'])
  const { lines } = JSON.parse(stdout) as Evaluation
  expect(Object.keys(lines[0]?.scores ?? {})).toEqual([
    'learned',
    'pixels',
    'whitened',
    'untrained',
    'closed',
  ])
  // it is not found a second time
  const again = await selfsame(['evaluate', joined, '--protocol', 'knn', '--json', '--fresh'])
  expect(`${stderr}${again.stderr}`).not.toContain('left out')
  const features = readdirSync(join(joined, 'features')).filter((name) => name.endsWith('.safetensors'))
  // learned, untrained and pixels of both sides
  expect(features.length).toBe(6)
})

/** What bad input gets: one sentence, the right exit code, no stack trace, nothing lost. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type Outcome, selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const quick = [
  '--size',
  '16',
  '--batch',
  '8',
  '--epochs',
  '2',
  '--set',
  'projector.hidden=32',
  '--set',
  'predictor.hidden=32',
]

beforeAll(async () => {
  await drawPictures(pictures, 24)
  mkdirSync(join(folder, 'empty'))
  mkdirSync(join(folder, 'texts'))
  writeFileSync(join(folder, 'texts', 'note.txt'), 'hello')
  mkdirSync(join(folder, 'broken'))
  for (const name of ['a.jpg', 'b.jpg', 'c.png']) writeFileSync(join(folder, 'broken', name), 'not a picture')
  writeFileSync(join(folder, 'unknown-key.ts'), 'export default { learningRat: 0.1 }')
  writeFileSync(join(folder, 'nested-key.ts'), 'export default { target: { taus: 0.1 } }')
  writeFileSync(join(folder, 'syntax.ts'), 'export default {')
})

function expectSentence({ code, stdout, stderr }: Outcome, exitCode: number, ...words: RegExp[]): void {
  // what came before is progress; a suggestion may stand in brackets on a line of its own
  const last = /^(?:selfsame|error):[\s\S]*$/m.exec(stderr)?.[0] ?? stderr
  for (const word of words) expect(last).toMatch(word)
  expect(code).toBe(exitCode)
  expect(stderr).not.toMatch(/\n\s+at /)
  expect(stderr).not.toMatch(/fault of ours/)
  expect(stdout).toBe('')
}

test.each<[string, string[], number, RegExp[]]>([
  ['a missing folder', ['train', 'no-such-folder'], 2, [/no-such-folder/]],
  ['an empty folder', ['train', 'empty'], 2, [/empty/, /picture/]],
  ['a folder without pictures', ['train', 'texts'], 2, [/picture/]],
  [
    'a folder without a readable picture',
    ['train', 'broken', ...quick, '--batch', '2'],
    2,
    [/none of the 3 looked at can be read/],
  ],
  [
    'fewer pictures than a batch',
    ['train', 'pictures', ...quick, '--batch', '64'],
    2,
    [/24 pictures/, /64/, /--batch/],
  ],
  ['no data at all', ['train'], 2, [/folder/]],
  ['an unknown method', ['train', 'pictures', '--method', 'boyl'], 2, [/boyl/, /'byol'/]],
  [
    'an unknown encoder',
    ['train', 'pictures', ...quick, '--encoder', 'resnet81'],
    2,
    [/resnet81/, /resnet18/],
  ],
  ['an unknown option', ['train', 'pictures', '--epoch', '2'], 2, [/--epochs/]],
  ['an unknown verb', ['trian'], 2, [/train/]],
  ['an unknown named set', ['train', 'fashion-mnits'], 2, [/fashion-mnist/]],
  ['a number that is none', ['train', 'pictures', '--epochs', 'many'], 2, [/many/]],
  [
    'an unknown key in a config',
    ['train', 'pictures', ...quick, '--config', 'unknown-key.ts'],
    2,
    [/learningRat'/, /learningRate/],
  ],
  [
    'an unknown nested key',
    ['train', 'pictures', ...quick, '--config', 'nested-key.ts'],
    2,
    [/taus/, /'tau'/],
  ],
  [
    'a config that does not parse',
    ['train', 'pictures', ...quick, '--config', 'syntax.ts'],
    1,
    [/syntax\.ts/],
  ],
  ['a config that is not there', ['train', 'pictures', ...quick, '--config', 'none.ts'], 2, [/none\.ts/]],
  [
    'an unknown key with --set',
    ['train', 'pictures', ...quick, '--set', 'target.tua=1'],
    2,
    [/tua/, /'tau'/],
  ],
  ['a value out of range', ['train', 'pictures', ...quick, '--tau', '1.5'], 2, [/tau/]],
  [
    'a seed beyond what is counted exactly',
    ['train', 'pictures', '--seed', '99999999999999999999'],
    2,
    [/at most 9007199254740991/],
  ],
  ['a run that is not there', ['evaluate', 'no-run'], 2, [/no-run/]],
  ['resuming what is not there', ['train', '--run', 'no-run', '--resume'], 2, [/no-run/]],
  ['an unknown protocol', ['evaluate', 'no-run', '--protocol', 'liner'], 2, [/liner/, /linear/]],
])('%s', async (_, args, code, words) => {
  const inFolder = args.map((arg) =>
    /^(empty|texts|broken|pictures|no-run|.*\.ts)$/.test(arg) ? join(folder, arg) : arg,
  )
  const where =
    args[0] === 'train' && !args.includes('--run') ? ['--run', join(folder, `run-${Math.random()}`)] : []
  expectSentence(await selfsame([...inFolder, ...where]), code, ...words)
})

test('a broken picture among good ones is set aside and listed, and training goes on', async () => {
  const mixed = join(folder, 'mixed')
  await drawPictures(mixed, 24)
  writeFileSync(join(mixed, 'aaa-broken.jpg'), 'not a picture')
  const run = join(folder, 'run-mixed')
  const { code, stdout } = await selfsame(['train', mixed, ...quick, '--run', run, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ run, status: 'finished', set_aside: 1 })
  expect(JSON.parse(readFileSync(join(run, 'quarantine.jsonl'), 'utf8'))).toMatchObject({
    path: 'aaa-broken.jpg',
  })
})

test('a damaged checkpoint: the one before is taken; when none is sound, one sentence', async () => {
  const run = join(folder, 'run-damaged')
  const trained = await selfsame([
    'train',
    pictures,
    ...quick,
    '--run',
    run,
    '--checkpoint-every',
    '2',
    '--json',
  ])
  expect(trained.code).toBe(0)
  const checkpoints = join(run, 'checkpoints')
  const files = readdirSync(checkpoints)
    .filter((name) => name.endsWith('.safetensors'))
    .sort()
  expect(files).toEqual(['step-4.safetensors', 'step-6.safetensors'])
  copyFileSync(join(checkpoints, 'step-6.safetensors'), join(folder, 'sound'))
  truncateSync(join(checkpoints, 'step-6.safetensors'), 1000)
  const again = await selfsame(['train', '--run', run, '--resume', '--json'])
  expect(again.code).toBe(0)
  expect(again.stderr).toMatch(/step-6\.safetensors, is damaged/)
  expect(JSON.parse(again.stdout)).toMatchObject({ steps: 6, status: 'finished' })
  // the header says how long it took
  const weights = (path: string) => {
    const bytes = readFileSync(path)
    return bytes.subarray(8 + Number(bytes.readBigUInt64LE()))
  }
  expect(weights(join(checkpoints, 'step-6.safetensors')).equals(weights(join(folder, 'sound')))).toBe(true)
  for (const file of files) truncateSync(join(checkpoints, file), 1000)
  expectSentence(await selfsame(['train', '--run', run, '--resume']), 1, /damaged/)
})

test('an existing run is never overwritten', async () => {
  const run = join(folder, 'run-twice')
  expect((await selfsame(['train', pictures, ...quick, '--run', run])).code).toBe(0)
  expectSentence(
    await selfsame(['train', pictures, ...quick, '--run', run]),
    2,
    /already holds a run/,
    /--resume/,
  )
  // what a run was begun with is not changed on its way
  const resume = ['train', '--run', run, '--resume']
  expectSentence(await selfsame([...resume, '--epochs', '9']), 2, /got --epochs/, /begin another run/)
  expectSentence(await selfsame([...resume, '--set', 'seed=1']), 2, /got --set/)
  expectSentence(await selfsame(['train', 'others', '--run', run, '--resume']), 2, /got others/)
  expect((await selfsame(['train', pictures, '--run', run, '--resume'])).code).toBe(0)
})

test('a reader that has read enough ends the command without a word', async () => {
  const command = `"${process.execPath}" dist/cli/bin.cjs --help | true`
  const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' })
  expect([stdout, stderr]).toEqual(['', ''])
})

test('the command can be run by its own name', () => {
  expect(statSync('dist/cli/bin.cjs').mode & 0o111).toBe(0o111)
})

test('a share of unreadable pictures that is allowed is allowed to what is measured before training, too', async () => {
  const mixed = join(folder, 'third-broken')
  for (const [i, path] of (await drawPictures(mixed, 45, true)).entries())
    if (i % 3 === 0) truncateSync(path, 20)
  const run = join(folder, 'run-third-broken')
  const words = ['train', mixed, '--size', '16', '--batch', '8', '--minutes', '0.05', '--run', run, '--json']
  expectSentence(await selfsame(words), 1, /of 45 pictures cannot be read/)
  const { code, stdout, stderr } = await selfsame([...words, '--bad-share', '0.5'])
  expect(stderr).not.toMatch(/Warning/)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ status: 'finished', set_aside: 15 })
})

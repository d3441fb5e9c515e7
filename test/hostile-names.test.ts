/** Names that would steer a terminal, through the command line: nothing of them reaches it raw, and all can be found. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'

const folder = temporaryFolder()
const hostile = join(folder, 'pic\u001b]0;title\u0007tures')
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/

/** A small picture of one colour or another. */
const picture = (value: number) =>
  Buffer.concat([Buffer.from('P6 8 8 255\n'), Buffer.alloc(192, value).fill(value + 50, 0, 90)])

beforeAll(() => {
  for (const [at, name] of ['cat\u001b[2J', 'dog\u202egnp'].entries()) {
    mkdirSync(join(hostile, name), { recursive: true })
    for (let i = 0; i < 8; i++)
      writeFileSync(join(hostile, name, `${i}\u009b31m.ppm`), picture(20 * at + 9 * i))
  }
  writeFileSync(join(hostile, 'cat\u001b[2J', 'two\nlines\r.jpg'), 'no picture')
})

test('data check shows them in its report, and its JSON is that of the very names', async () => {
  const { code, stdout, stderr } = await selfsame(['data', 'check', hostile])
  expect(code).toBe(0)
  expect(`${stdout}${stderr}`).not.toMatch(RAW)
  expect(stdout).toContain('  cat\\u001b[2J         9')
  expect(stdout).toContain('dog\\u202egnp')
  expect(stdout).toContain('cat\\u001b[2J/two\\nlines\\r.jpg')
  const json = await selfsame(['data', 'check', hostile, '--json'])
  expect(json.stdout).not.toMatch(RAW)
  const { classes, aside } = JSON.parse(json.stdout)
  expect(classes.map(({ name }: { name: string }) => name).sort()).toEqual(['cat\u001b[2J', 'dog\u202egnp'])
  expect(aside.groups[0].paths).toEqual(['cat\u001b[2J/two\nlines\r.jpg'])
})

test('errors show them on one line: of files, of columns, of options', async () => {
  writeFileSync(join(folder, 'list.csv'), 'wh\u001bat,el\u009bse\n1,2\n')
  for (const words of [
    ['data', 'check', join(folder, 'list.csv')],
    ['train', join(hostile, 'no\nsuch'), '--run', join(folder, 'none')],
    ['train', hostile, '--met\u001bhod', 'byol'],
    ['evaluate', join(hostile, 'run\u202e')],
  ]) {
    const { code, stderr } = await selfsame(words)
    expect(code).toBe(2)
    expect(stderr).not.toMatch(RAW)
    expect(stderr).toMatch(/\\u001b|\\u009b|\\u202e/)
    expect(
      stderr
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('(')),
    ).toHaveLength(1)
  }
})

test('train and evaluate show them, and the command they print is one that can be pasted', async () => {
  const run = join(folder, 'run\u001b[31m')
  const numbers = ['--size', '16', '--batch', '8', '--epochs', '1', '--bad-share', '0.5']
  const trained = await selfsame(['train', hostile, ...numbers, '--run', run])
  expect(trained.code).toBe(0)
  expect(`${trained.stdout}${trained.stderr}`).not.toMatch(RAW)
  expect(trained.stderr).toContain('into ')
  expect(trained.stdout).toContain('run\\u001b[31m/quarantine.jsonl says why')
  const [, command = ''] = /Judge it with: npx selfsame (.*)/.exec(trained.stdout) ?? []
  const words = spawnSync('bash', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' }).stdout.split(
    '\0',
  )
  expect(words.slice(0, 2)).toEqual(['evaluate', run])
  const judged = await selfsame([...words.slice(0, 2), '--protocol', 'knn'])
  expect(judged.code).toBe(0)
  expect(`${judged.stdout}${judged.stderr}`).not.toMatch(RAW)
  expect(readFileSync(join(run, 'report.html'), 'utf8')).not.toMatch(RAW)
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('dog\\u202egnp')
}, 180_000)

const MAIN = fileURLToPath(new URL('../dist/cli/bin.cjs', import.meta.url))

/** Runs a line of a shell in which "$@" is selfsame. */
const shell = (line: string) =>
  spawnSync('bash', ['-c', line, 'bash', process.execPath, MAIN], { encoding: 'utf8', cwd: folder })

test('an output that cannot be written ends in one sentence, also where a part of it could', () => {
  const full = shell('"$@" methods > /dev/full')
  expect(full.stderr).toBe(
    'selfsame: the output could not be written: the disk is full; free some space, what was saved before is intact\n',
  )
  expect(full.status).toBe(1)
  const limited = shell('ulimit -f 1; "$@" methods > methods.txt')
  expect(limited.stderr).toMatch(
    /^selfsame: the output could not be written: a file may not become as large there/,
  )
  expect(limited.stderr.trim().split('\n')).toHaveLength(1)
  expect(limited.status).toBe(1)
})

test('what cannot be told does not end the work', () => {
  const { status, stdout } = shell('"$@" data check pic*tures --json 2> /dev/full')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ train: 17 })
})

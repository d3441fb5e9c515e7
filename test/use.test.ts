/** `selfsame embed` and `selfsame search` as typed. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { noise, tinyModel } from '../src/use/testing/tiny-model.js'
import { selfsame, temporaryFolder } from './support/cli.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const model = join(folder, 'model.onnx')
const index = join(folder, 'index')

beforeAll(async () => {
  writeFileSync(model, tinyModel().bytes)
  const next = noise(4)
  for (let i = 0; i < 30; i++) {
    const path = join(pictures, i % 2 ? 'left' : 'right', `${i}.png`)
    mkdirSync(join(path, '..'), { recursive: true })
    const data = Uint8Array.from({ length: 40 * 30 * 3 }, () => 127 * (next() + 1))
    await sharp(data, { raw: { width: 40, height: 30, channels: 3 } })
      .png()
      .toFile(path)
  }
  writeFileSync(join(pictures, 'left/bad\u001b[31m.png'), 'no picture')
})

test('pictures become an index, which is searched and updated', async () => {
  const made = await selfsame(['embed', model, pictures, '--out', index, '--json'])
  expect(made.code, made.stderr).toBe(0)
  expect(JSON.parse(made.stdout)).toMatchObject({
    kind: 'index',
    status: 'embedded',
    pictures: 30,
    dimension: 8,
    embedded: 30,
    unread: [{ path: 'left/bad\u001b[31m.png' }],
  })
  expect(made.stdout).not.toContain('\u001b')
  const page = join(folder, 'found.html')
  const found = await selfsame([
    'search',
    index,
    join(pictures, 'left/1.png'),
    'right/2.png',
    '-k',
    '3',
    '--html',
    page,
  ])
  expect(found.code, found.stderr).toBe(0)
  expect(found.stdout).toMatch(/^ +1\.000 {2}left\/1\.png {2}left$/m)
  expect(found.stdout.match(/^ +-?\d\.\d{3} {2}/gm)).toHaveLength(6)
  expect(readFileSync(page, 'utf8').match(/<img /g)).toHaveLength(8)
  const json = await selfsame(['search', index, 'right/2.png', '-k', '3', '--json'])
  const [{ query, neighbours }] = JSON.parse(json.stdout).results
  expect([query, neighbours.length]).toEqual(['right/2.png', 3])
  // text for people holds nothing that moves their cursor
  const again = await selfsame(['embed', model, pictures, '--out', index])
  expect(again.stdout).toContain('30 as they were')
  expect(again.stdout).not.toContain('\u001b')
})

test('Ctrl-C leaves what is done, and the same command goes on', async () => {
  const out = join(folder, 'stopped.npy')
  let sent = false
  const args = ['embed', model, pictures, '--out', out, '--batch', '1']
  const stopped = await selfsame(args, (child, stderr) => {
    if (!sent && stderr.includes('Embedded')) {
      sent = true
      child.kill('SIGINT')
    }
  })
  // it may have been done before
  expect([0, 130]).toContain(stopped.code)
  if (stopped.code === 130) expect(existsSync(out)).toBe(false)
  const whole = await selfsame(args)
  expect(whole.code, whole.stderr).toBe(0)
  expect(readFileSync(out).length).toBe(128 + 30 * 8 * 4)
  expect(existsSync(`${out}.unfinished`)).toBe(false)
})

test.each<[string, string[], number, RegExp]>([
  ['no model', ['embed', 'nowhere', 'PICTURES', '--out', 'x.npy'], 2, /there is no model 'nowhere'/],
  [
    'libtorch for what is no run',
    ['embed', 'MODEL', 'PICTURES', '--out', 'x.npy', '--engine', 'torch'],
    2,
    /--engine torch is for runs/,
  ],
  ['no index', ['search', 'PICTURES', 'a.png'], 2, /there is no index/],
  ['no picture', ['search', 'INDEX', 'right/99.png'], 2, /neither a file nor a picture of the index/],
  ['a folder of other things', ['embed', 'MODEL', 'PICTURES', '--out', 'PICTURES'], 2, /holds other things/],
])('%s is one sentence', async (_, words, code, message) => {
  const names: Record<string, string> = {
    MODEL: model,
    PICTURES: pictures,
    INDEX: index,
    'OUT/x.npy': join(folder, 'x.npy'),
  }
  const outcome = await selfsame(words.map((word) => names[word] ?? word))
  expect(outcome.code, outcome.stderr).toBe(code)
  expect(outcome.stderr).toMatch(message)
  expect(outcome.stderr.trim().split('\n')).toHaveLength(1)
  rmSync('x.npy.unfinished', { recursive: true, force: true })
})

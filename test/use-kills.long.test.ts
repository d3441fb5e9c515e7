/** Killed at random moments, again and again, embedding ends with the bytes of an undisturbed run, and an index is whole all the time. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { openIndex } from '../src/use/store/open-index.js'
import { noise, tinyModel } from '../src/use/testing/tiny-model.js'
import { selfsame, temporaryFolder } from './support/cli.js'

const KILLS = Number(process.env.SELFSAME_TEST_KILLS ?? 60)
const COUNT = 2500

process.env.SELFSAME_THREADS = '1'
const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const model = join(folder, 'model.onnx')
const next = noise(4)

async function draw(from: number, to: number) {
  for (let i = from; i < to; i++) {
    const data = Uint8Array.from({ length: 32 * 32 * 3 }, () => 127 * (next() + 1))
    const path = join(pictures, `class-${i % 3}`, `${String(i).padStart(6, '0')}.png`)
    mkdirSync(join(path, '..'), { recursive: true })
    await sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
      .png()
      .toFile(path)
  }
}

beforeAll(async () => {
  writeFileSync(model, tinyModel({ size: 64, dimension: 32 }).bytes)
  await draw(0, COUNT)
})

/** Kills a command at random moments until it has ended by itself. */
async function throughKills(
  args: string[],
  length: number,
  kills: number,
  between: () => Promise<void> = async () => {},
) {
  let killed = 0
  for (; killed < kills; ) {
    let timer: NodeJS.Timeout | undefined
    const outcome = await selfsame(args, undefined, (child) => {
      timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * length)
    })
    clearTimeout(timer)
    await between()
    if (outcome.signal === null) {
      expect(outcome.code, outcome.stderr).toBe(0)
      break
    }
    killed++
  }
  const last = await selfsame(args)
  expect(last.code, last.stderr).toBe(0)
  return killed
}

const contents = (path: string) =>
  Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((name) => [name, readFileSync(join(path, name)).toString('base64')]),
  )

test.each(['npy', 'parquet'])('a .%s file', async (ending) => {
  const args = (name: string) => ['embed', model, pictures, '--out', join(folder, `${name}.${ending}`)]
  const began = performance.now()
  expect((await selfsame(args('whole'))).code).toBe(0)
  const length = performance.now() - began
  let kills = 0
  while (kills < KILLS / 4) {
    kills += await throughKills(args('killed'), length, 6)
    const [one, other] = ['whole', 'killed'].map((name) => readFileSync(join(folder, `${name}.${ending}`)))
    expect(other?.equals(one as Buffer)).toBe(true)
    rmSync(join(folder, `killed.${ending}`))
  }
})

test('an index that is made and updated', async () => {
  const args = (name: string) => ['embed', model, pictures, '--out', join(folder, name)]
  const began = performance.now()
  expect((await selfsame(args('whole'))).code).toBe(0)
  const length = performance.now() - began
  await throughKills(args('killed'), length, KILLS / 4)
  expect(contents(join(folder, 'killed'))).toEqual(contents(join(folder, 'whole')))
  // a third of the pictures go, and others come
  for (let i = 0; i < COUNT; i += 3)
    rmSync(join(pictures, `class-${i % 3}`, `${String(i).padStart(6, '0')}.png`))
  await draw(COUNT, COUNT + 900)
  let kills = 0
  kills += await throughKills(args('killed'), length, KILLS / 4, async () => {
    const index = await openIndex(join(folder, 'killed'))
    // all rows and vectors are there, before and after
    expect([COUNT, COUNT - Math.ceil(COUNT / 3) + 900]).toContain(index.size)
    for await (const { count, vectors } of index.parts()) expect(vectors.length).toBe(32 * count)
    for await (const { rows } of index.allRows()) expect(rows.every(({ path }) => path.length > 0)).toBe(true)
    await index.close()
  })
  expect((await selfsame(args('whole'))).code).toBe(0)
  const named = (name: string) => {
    const { parts } = JSON.parse(readFileSync(join(folder, name, 'index.json'), 'utf8'))
    return parts.flatMap(({ number }: { number: number }) => [
      `vectors-${String(number).padStart(6, '0')}.npy`,
      `rows-${String(number).padStart(6, '0')}.parquet`,
    ])
  }
  expect(named('killed')).toEqual(named('whole'))
  for (const file of [...named('whole'), 'index.json'])
    expect(
      readFileSync(join(folder, 'killed', file)).equals(readFileSync(join(folder, 'whole', file))),
      file,
    ).toBe(true)
  console.log(JSON.stringify({ kills }))
})

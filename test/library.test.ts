/** What the command line does, TypeScript can do: the same run, the same figures, the same vectors. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { loadEncoder, METHODS, type TrainOptions, train } from '../src/index.js'
import { memory } from '../src/torch/index.js'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const SMALL: TrainOptions = {
  ...{ epochs: 3, size: 16, batch: 16, seed: 3, warmup: 0, precision: 'float32', probeEvery: 0 },

  projector: { hidden: 16, outputs: 8 },
  predictor: { hidden: 16 },
}
const SET = Object.entries({
  'projector.hidden': 16,
  'projector.outputs': 8,
  'predictor.hidden': 16,
  warmup: 0,
}).flatMap(([name, value]) => ['--set', `${name}=${value}`])
const WORDS = ['--epochs', '3', '--size', '16', '--batch', '16', '--seed', '3', '--precision', 'float32']
const weights = (run: string) => readFileSync(join(run, 'encoder.safetensors'))

beforeAll(() => drawPictures(pictures, 60, true))

test('a run left in the middle goes on where it was, and ends with the very weights of the command line', async () => {
  const before = memory().tensors
  const out = join(folder, 'library')
  const run = await train(pictures, { ...SMALL, out })
  const steps: number[] = []
  for await (const event of run) {
    if (event.type !== 'step') continue
    steps.push(event.step)
    if (event.step === 5) break
  }
  expect(existsSync(join(out, 'encoder.safetensors'))).toBe(false)
  const again = await train(pictures, { ...SMALL, out })
  for await (const event of again) if (event.type === 'step') steps.push(event.step)
  const last = steps.at(-1) as number
  expect(steps).toEqual(Array.from({ length: last }, (_, i) => i + 1))
  expect(again.collapse?.sentence).toMatch(/^(Healthy|Narrowing|Collapsed)/)
  expect(memory().tensors).toBe(before)
  const other = join(folder, 'words')
  const words = ['train', pictures, '--run', other, '--probe-every', '0', ...WORDS, ...SET]
  expect(await selfsame(words)).toMatchObject({ code: 0 })
  expect(weights(out).equals(weights(other))).toBe(true)

  const { scores, conclusion } = await again.evaluate({ protocols: ['knn', 'linear'] })
  const { stdout } = await selfsame(['evaluate', other, '--protocol', 'knn,linear', '--json'])
  const told = JSON.parse(stdout)
  for (const name of ['knn', 'linear'] as const) {
    const { spread: _, ...means } = told[name]
    expect(scores[name]).toEqual(means)
  }
  expect(conclusion).toBe(told.conclusion)
  expect(memory().tensors).toBe(before)
})

test('vectors of a folder are plain numbers, each with its path, and nothing is left behind', async () => {
  const before = memory().tensors
  {
    using encoder = await loadEncoder(join(folder, 'library'))
    const { vectors, paths, dimension } = await encoder.embedAll(pictures)
    expect([paths.length, vectors.length]).toEqual([60, 60 * dimension])
    expect(paths.filter((path) => existsSync(join(pictures, path)))).toHaveLength(60)
    let at = 0
    for await (const { path, vector } of encoder.embed(pictures)) {
      expect(path).toBe(paths[at])
      expect(vector).toEqual(vectors.slice(at * dimension, (at + 1) * dimension))
      at++
    }
    expect(at).toBe(60)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(encoder.embedAll(pictures, { signal })).rejects.toThrow('enough')
  }
  expect(memory().tensors).toBe(before)
})

test('a method of one’s own is trained, gone on with and judged as the object it is', async () => {
  const own = { ...METHODS.simclr, name: 'mine' }
  const out = join(folder, 'own')
  const stop = new AbortController()
  const options: TrainOptions = { ...SMALL, predictor: undefined, method: own, out }
  const run = await train(pictures, { ...options, signal: stop.signal })
  for await (const event of run) if (event.type === 'step' && event.step === 2) stop.abort()
  expect(JSON.parse(readFileSync(join(out, 'training.json'), 'utf8')).status).toBe('interrupted')
  const again = await train(pictures, options)
  expect((await again.finish()).status).toBe('finished')
  const { scores } = await again.evaluate({ protocols: ['knn'] })
  expect(Object.keys(scores.knn ?? {})).toEqual(['learned', 'pixels', 'whitened', 'untrained', 'closed'])
})

test('a folder with another run is not written into', async () => {
  const out = join(folder, 'library')
  await expect(train(pictures, { ...SMALL, epochs: 5, out })).rejects.toThrow(
    `${out} holds a run with another 'epochs': leave that out, or choose another folder with 'out'`,
  )
  const elsewhere = join(folder, 'others')
  await drawPictures(elsewhere, 30)
  await expect(train(elsewhere, { ...SMALL, out })).rejects.toThrow(`holds a run on ${pictures}`)
})

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { judgeRun } from '../src/evaluate/evaluate.js'
import { evaluateRun } from '../src/library/evaluate.js'
import { train } from '../src/library/train.js'
import { memory } from '../src/torch/index.js'
import { SILENT } from '../src/trainer/progress.js'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const PROTOCOLS = ['few', 'linear', 'logistic', 'knn', 'clustering'] as const

test('a judgement that is stopped in the middle goes on with what it kept, and comes to the same table', async () => {
  const folder = temporaryFolder()
  const pictures = join(folder, 'pictures')
  await drawPictures(pictures, 60, true)
  const small = { epochs: 1, size: 16, batch: 16, warmup: 0, precision: 'float32', probeEvery: 0 } as const
  const heads = { projector: { hidden: 16, outputs: 8 }, predictor: { hidden: 16 } }
  const trained = async (name: string) => {
    const run = await train(pictures, { ...small, ...heads, out: join(folder, name) })
    await run.finish()
    return run.folder
  }
  const [whole, stopped] = [await trained('whole'), await trained('stopped')]
  const judged = async (run: string, stopAt?: string) => {
    const seen: string[] = []
    const controller = new AbortController()
    const line = (text: string) => {
      seen.push(text.replace(/^.*?: /, ''))
      if (stopAt && text.includes(stopAt)) controller.abort()
    }
    const options = { protocols: PROTOCOLS, seed: 0, signal: controller.signal }
    const judgement = await judgeRun(run, options, { ...SILENT, line })
    judgement.shown.dispose()
    return { ...judgement, seen }
  }
  const kept = (run: string, ending: string) =>
    readdirSync(join(run, 'features')).filter((name) => name.endsWith(ending)).length

  const before = memory().tensors
  await expect(judged(stopped, 'embedding training')).rejects.toThrow('aborted')
  expect(kept(stopped, '.safetensors')).toBe(4)
  await expect(judged(stopped, 'clustering, learned')).rejects.toThrow('aborted')
  expect(memory().tensors).toBe(before)
  // both sides of four contenders, and some of the answers
  expect(kept(stopped, '.safetensors')).toBe(8)
  const answers = kept(stopped, '.json')
  expect(answers).toBeGreaterThan(0)
  expect(answers).toBeLessThan(PROTOCOLS.length * 3)
  const again = await judged(stopped)
  const told = (name: string) => again.seen.filter((what) => what === name).length
  // what is read from the disk is told once, as begun and done
  expect([told('embedding test pictures'), told('embedding training pictures')]).toEqual([2, 2])
  const first = await judged(whole)
  expect(again.table).toEqual(first.table)
  expect(again.labelFree).toEqual(first.labelFree)
  expect(again.failures).toEqual([])
  await expect(evaluateRun(whole, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')

  // as a user stops it: at its first sign of life
  const run = await trained('terminal')
  const words = ['evaluate', run, '--protocol', 'logistic,linear,few']
  const ended = await selfsame(words, undefined, (child) => {
    const waiting = setInterval(() => {
      if (!existsSync(join(run, 'features'))) return
      clearInterval(waiting)
      child.kill('SIGINT')
    }, 5)
  })
  expect(ended).toMatchObject({ code: 130, stdout: '' })
  expect(ended.stderr).toContain(
    `Stopped; what was embedded and judged by now is kept. Go on with: npx selfsame ${words.join(' ')}\n`,
  )
  expect(existsSync(join(run, 'evaluation.json'))).toBe(false)
}, 120_000)

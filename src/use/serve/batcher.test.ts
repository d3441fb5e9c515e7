import { expect, test } from 'vitest'
import { batcher } from './batcher.js'
import { gate } from './testing/fakes.js'

const never = new AbortController().signal

test('one question runs at once, and what comes meanwhile makes up the next runs', async () => {
  const runs: number[][] = []
  const { open, opened } = gate()
  const asked = batcher<number, number>(3, async (questions) => {
    runs.push([...questions])
    if (runs.length === 1) await opened
    return questions.map((one) => 10 * one)
  })
  const first = asked.ask(0, never)
  await new Promise(setImmediate)
  expect([asked.working, asked.waiting]).toEqual([1, 0])
  const others = [1, 2, 3, 4].map((one) => asked.ask(one, never))
  expect(asked.waiting).toBe(4)
  open()
  expect(await Promise.all([first, ...others])).toEqual([0, 10, 20, 30, 40])
  expect(runs).toEqual([[0], [1, 2, 3], [4]])
  await asked.idle()
  expect([asked.working, asked.waiting, asked.since]).toEqual([0, 0, undefined])
})

test('a question that fails takes no others with it, and those behind it are answered', async () => {
  const asked = batcher<number, number>(8, async (questions) => {
    if (questions.includes(2)) throw new Error('not two')
    return questions
  })
  const answers = await Promise.allSettled([1, 2, 3].map((one) => asked.ask(one, never)))
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await asked.ask(4, never)).toBe(4)
})

test('who hangs up is taken out, or is not answered where the run has begun', async () => {
  const runs: number[][] = []
  const { open, opened } = gate()
  const asked = batcher<number, number>(8, async (questions) => {
    runs.push([...questions])
    await opened
    return questions
  })
  const [one, two] = [new AbortController(), new AbortController()]
  const begun = asked.ask(1, one.signal)
  await new Promise(setImmediate)
  const waits = asked.ask(2, two.signal)
  const stays = asked.ask(3, never)
  one.abort()
  two.abort()
  await expect(begun).rejects.toThrow()
  await expect(waits).rejects.toThrow()
  expect(asked.waiting).toBe(1)
  open()
  expect(await stays).toBe(3)
  expect(runs).toEqual([[1], [3]])
  await expect(asked.ask(5, AbortSignal.abort())).rejects.toThrow()
})

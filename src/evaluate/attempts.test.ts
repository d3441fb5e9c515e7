import { expect, test } from 'vitest'
import { UsageError } from '../errors.js'
import { Attempts, failuresInWords } from './attempts.js'

test('what pictures do not allow is a note, what fails is a failure, and what is well goes on', async () => {
  const notes: string[] = []
  const attempts = new Attempts((text) => notes.push(text))
  expect(await attempts.of('Counting', async () => 3)).toBe(3)
  const refuse = async () => {
    throw new UsageError('two classes are too few')
  }
  const fail = async () => {
    throw new Error('out of memory\nat somewhere')
  }
  expect(await attempts.of('Fine-tuning', refuse)).toBeUndefined()
  expect(await attempts.of('The map', fail)).toBeUndefined()
  expect(notes).toEqual(['Fine-tuning was left out: two classes are too few.'])
  expect(attempts.failures.map(({ what }) => what)).toEqual(['The map'])
  expect(failuresInWords(attempts.failures)).toEqual([
    expect.stringMatching(/^The map failed: out of memory .*; all else is without it\.$/),
  ])
})

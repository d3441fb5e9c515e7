/** The fuzzer of `fuzz.test.ts` for minutes, with a report. */
import { test } from 'vitest'
import { temporaryFolder } from './support/cli.js'
import { expectSound } from './support/fuzz/expect.js'

const count = Number(process.env.SELFSAME_FUZZ ?? 10_000)
const first = Number(process.env.SELFSAME_FUZZ_SEED ?? 1000)
const work = temporaryFolder()

test(`${count} damaged pictures, seeds from ${first} on`, async () => {
  const { read, reasons, memory, seconds } = await expectSound(first, count, work)
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
  console.info(
    `${count} damaged pictures in ${Math.round(seconds)} s: ${read} read, ${count - read} set aside for ` +
      `${reasons.size} reasons; memory ${megabytes(memory.warm)} after a quarter, ${megabytes(memory.end)} at the end, ` +
      `${megabytes(memory.most)} at most`,
  )
})

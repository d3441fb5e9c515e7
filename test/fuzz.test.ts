/** Damaged pictures are read or set aside: no crash, no hang, no growth. `SELFSAME_FUZZ` says how many. */
import { expect, test } from 'vitest'
import { hasSharedData, sharedData } from '../src/images/testing/shared-data.js'
import { temporaryFolder } from './support/cli.js'
import { fuzz } from './support/fuzz/run.js'

const count = Number(process.env.SELFSAME_FUZZ ?? 600)
const seed = Number(process.env.SELFSAME_FUZZ_SEED ?? 1)
const work = temporaryFolder()

test(`${count} damaged pictures`, { timeout: 600_000 }, async () => {
  const { faults, read, reasons, memory } = await fuzz(
    seed,
    count,
    hasSharedData ? sharedData('awkward') : undefined,
    work,
  )
  expect(faults).toEqual([])
  const aside = [...reasons.values()].reduce((sum, one) => sum + one, 0)
  expect(read + aside).toBe(count)
  // some damage does not show, and some does
  expect(Math.min(read, aside)).toBeGreaterThan(count / 10)
  expect(memory.end - memory.warm).toBeLessThan(150e6)
})

/** Damaged pictures are read or set aside: no crash, no hang, no growth. `SELFSAME_FUZZ` says how many. */
import { test } from 'vitest'
import { temporaryFolder } from './support/cli.js'
import { expectSound } from './support/fuzz/expect.js'

const count = Number(process.env.SELFSAME_FUZZ ?? 600)
const first = Number(process.env.SELFSAME_FUZZ_SEED ?? 1)
const work = temporaryFolder()

test(`${count} damaged pictures, seeds from ${first} on`, { timeout: 30_000 + 500 * count }, async () => {
  await expectSound(first, count, work)
})

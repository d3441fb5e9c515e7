// Vitest set-up: files that share a process find none of each other's tensors waiting for the garbage collector.
import { setImmediate } from 'node:timers/promises'
import { beforeAll } from 'vitest'

beforeAll(async () => {
  globalThis.gc()
  // finalisers run in a turn of their own
  await setImmediate()
  await setImmediate()
})

/** A state of more than 4 GiB, with a tensor of more than 2 GiB, is saved and read without a second copy of it in memory. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadSafetensors, safetensorsPieces } from '../src/nn/index.js'
import { loadCheckpoint, saveCheckpoint } from '../src/run/index.js'
import { noGrad, ops, scope } from '../src/torch/index.js'
import { temporaryFolder } from './support/cli.js'

const GIB = 2 ** 30

/** What the process has ever had in memory at once, in bytes. */
const most = () => 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

test.runIf(process.platform === 'linux')('4.5 GiB of zeros, and back', () => {
  const place = { folder: temporaryFolder(), run: 'large' }
  scope(() =>
    noGrad(() => {
      const state = new Map([
        ['a', ops.ones([(2.25 * GIB) / 4])],
        ['b', ops.ones([3, (0.75 * GIB) / 4])],
      ])
      for (const tensor of state.values()) tensor.zero_()
      const size = 4.5 * GIB
      const had = most()
      expect(had).toBeGreaterThan(size)
      saveCheckpoint(place, { step: 1, seconds: 2 }, (metadata) => safetensorsPieces(state, metadata))
      expect(statSync(join(place.folder, 'checkpoints/step-1.safetensors')).size).toBeGreaterThan(size)
      for (const tensor of state.values()) tensor.fill_(1)
      const checkpoint = loadCheckpoint(place)
      expect(checkpoint).toMatchObject({ step: 1, seconds: 2 })
      if (!checkpoint) return
      using file = checkpoint.file
      loadSafetensors(state, file)
      const beside = most() - had
      console.log(`${(beside / 2 ** 20).toFixed(0)} MiB beside the state`)
      expect(beside).toBeLessThan(0.75 * GIB)
      for (const tensor of state.values()) expect([tensor.min().item(), tensor.max().item()]).toEqual([0, 0])
    }),
  )
})

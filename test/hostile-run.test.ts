/** A run folder from elsewhere, whose config leaves a mark when it is run: through every verb that opens a run. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { safetensorsPieces } from '../src/nn/safetensors.js'
import { createRun, RUN_FORMAT, saveCheckpoint } from '../src/run/index.js'
import { tensor } from '../src/torch/index.js'
import { selfsame, temporaryFolder } from './support/cli.js'

const folder = temporaryFolder()
const run = join(folder, 'run')
const config = join(run, 'config.ts')
const mark = join(folder, 'mark')
const pictures = join(folder, 'pictures')

beforeAll(() => {
  mkdirSync(run)
  const created = '2026-01-01T00:00:00.000Z'
  createRun(run, {
    ...{ format: RUN_FORMAT, created, command: [], data: pictures, pictures: 1 },
    ...{ settings: { method: 'byol' }, source: 'elsewhere', machine: {} },
    // it names itself, as if it had always lain here
    config,
  })
  using weight = tensor([1])
  saveCheckpoint({ folder: run, run: created }, { step: 1, seconds: 1 }, (metadata) =>
    safetensorsPieces(new Map([['weight', weight]]), metadata),
  )
  writeFileSync(
    config,
    `import { writeFileSync } from 'node:fs'\nwriteFileSync('${mark}', '')\nexport default {}\n`,
  )
})

test.each([
  ['evaluate', ['evaluate', run]],
  ['train --resume', ['train', '--run', run, '--resume']],
  ['attention', ['attention', run]],
  ['export', ['export', run]],
  ['npm start', ['quickstart', pictures, '--run', run]],
])('%s runs the config of a run from elsewhere only with --trust-config', async (_, words) => {
  rmSync(mark, { force: true })
  const refused = await selfsame(words)
  expect(existsSync(mark)).toBe(false)
  expect(refused.stderr).toContain(
    `selfsame: ${run} was begun with a config file, which is run as a program and is not known to come from you on this machine: look at ${config}, then add --trust-config\n`,
  )
  expect(refused.code).toBe(2)
  await selfsame([...words, '--trust-config'])
  expect(existsSync(mark)).toBe(true)
})

/** A set without differences: the pictures are said to be at fault, and no figure is anything but a number. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selfsame, temporaryFolder } from './support/cli.js'

const folder = temporaryFolder()
const SAME = /all pictures that were judged are the same one/i

test('64 black pictures: trained, judged, and never called healthy', async () => {
  const pictures = join(folder, 'black')
  mkdirSync(pictures)
  const black = Buffer.concat([Buffer.from('P6\n16 16\n255\n'), Buffer.alloc(16 * 16 * 3)])
  for (let i = 0; i < 64; i++) writeFileSync(join(pictures, `${i}.ppm`), black)
  const run = join(folder, 'run')
  const quick = ['--size', '16', '--batch', '16', '--epochs', '1']
  const trained = await selfsame(['train', pictures, ...quick, '--run', run, '--json'])
  expect(trained.code).toBe(0)
  expect(JSON.parse(trained.stdout)).toMatchObject({
    collapse: 'collapsed',
    collapse_sentence: expect.stringMatching(/^Nothing to learn: all pictures are the same one/),
    collapse_remedy: expect.stringMatching(/^The pictures are at fault/),
  })
  const { code, stdout } = await selfsame(['evaluate', run])
  expect(code).toBe(0)
  expect(stdout).toMatch(SAME)
  expect(stdout).toMatch(/Uniformity +0\.000 ±0\.000 +0\.000 ±0\.000 +0\.000 ±0\.000/)
  expect(stdout).not.toMatch(/infinite|not a number|NaN|learning rate/)
  const evaluation = JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8'))
  expect(evaluation.conclusion).toMatch(SAME)
  expect(evaluation.advice).toMatchObject({ action: 'start_again', sentence: expect.stringMatching(SAME) })
  // JSON writes null where there is no number
  expect(JSON.stringify(evaluation.label_free)).not.toContain('null')
  const report = readFileSync(join(run, 'report.html'), 'utf8')
  expect(report).toMatch(SAME)
  expect(report).not.toMatch(/infinite|not a number|NaN/)
}, 60_000)

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import { loadCheckpoint, saveCheckpoint } from './index.js'

let run: string
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'selfsame-checkpoint-'))
})
afterEach(() => rmSync(run, { recursive: true }))

const bytesOf = (step: number) => Uint8Array.of(step, 1, 2, 3)
const save = (...steps: number[]) => {
  for (const step of steps) saveCheckpoint(run, step, step / 10, bytesOf(step))
}
const pathOf = (step: number) => join(run, 'checkpoints', `step-${step}.safetensors`)
const damage = (step: number) => writeFileSync(pathOf(step), Uint8Array.of(step, 1, 2))
const files = () => readdirSync(join(run, 'checkpoints')).sort()

test('none was ever saved', () => {
  expect(loadCheckpoint(run)).toBeUndefined()
})

test('the newest is loaded, and two are kept', () => {
  save(10)
  expect(loadCheckpoint(run)).toMatchObject({ step: 10, seconds: 1 })
  save(20, 30)
  const newest = loadCheckpoint(run)
  expect(newest).toMatchObject({ step: 30, seconds: 3 })
  expect([...(newest?.bytes ?? [])]).toEqual([...bytesOf(30)])
  expect(newest).not.toHaveProperty('damaged')
  expect(files()).toEqual(['checkpoint.json', 'step-20.safetensors', 'step-30.safetensors'])
})

test.each<[string, () => void]>([
  ['cut', () => damage(30)],
  ['of the same length, one bit changed', () => writeFileSync(pathOf(30), Uint8Array.of(30, 1, 2, 2))],
  ['missing', () => rmSync(pathOf(30))],
])('a newest checkpoint that is %s: the one before is loaded and the damage told', (_, spoil) => {
  save(20, 30)
  spoil()
  expect(loadCheckpoint(run)).toMatchObject({ step: 20, seconds: 2, damaged: pathOf(30) })
})

test('going on from the older one, the next save keeps that and drops the damaged one', () => {
  save(20, 30)
  damage(30)
  save(25)
  expect(files()).toEqual(['checkpoint.json', 'step-20.safetensors', 'step-25.safetensors'])
  damage(25)
  expect(loadCheckpoint(run)).toMatchObject({ step: 20, damaged: pathOf(25) })
})

test('when all are damaged it is an error that names the newest', () => {
  save(20, 30)
  damage(20)
  damage(30)
  expect(() => loadCheckpoint(run)).toThrow(SelfsameError)
  expect(() => loadCheckpoint(run)).toThrow(
    /step-30\.safetensors is damaged .*no older one is sound: train again with another --run/,
  )
})

test('saving a step again replaces it; a leftover of a killed save goes', () => {
  save(10, 20)
  writeFileSync(`${pathOf(30)}.999.tmp`, 'half')
  saveCheckpoint(run, 20, 5, Uint8Array.of(9))
  expect(loadCheckpoint(run)).toMatchObject({ step: 20, seconds: 5, bytes: Buffer.of(9) })
  expect(files()).toEqual(['checkpoint.json', 'step-10.safetensors', 'step-20.safetensors'])
})

test('a damaged index is told in a sentence, and no weights are removed for it', () => {
  save(10)
  rmSync(join(run, 'checkpoints', 'checkpoint.json'))
  writeFileSync(join(run, 'checkpoints', 'checkpoint.json'), '{"checkpoints": [')
  expect(() => loadCheckpoint(run)).toThrow(SelfsameError)
  expect(() => save(20)).toThrow(/checkpoint\.json cannot be read/)
  expect(files()).toContain('step-10.safetensors')
})

/** A disk that is full in the middle of an export. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { mendFolder, refuseForeign, writeFolder } from './folder.js'

const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY, renames: Number.POSITIVE_INFINITY }))
vi.mock('node:fs', async (actual) => {
  const fs = await actual<typeof import('node:fs')>()
  const full = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall })
  return {
    ...fs,
    writeSync(file: number, bytes: Uint8Array, ...rest: number[]) {
      disk.room -= bytes.length
      if (disk.room < 0) throw full('ENOSPC', 'write')
      return fs.writeSync(file, bytes, ...rest)
    },
    renameSync(from: string, to: string) {
      if (--disk.renames === 0) throw full('EIO', 'rename')
      fs.renameSync(from, to)
    },
  }
})

const folder = temporaryFolder()
const out = join(folder, 'out')
const mark = JSON.stringify({ selfsame: 'before' })
const files = new Map<string, string | Uint8Array | Iterable<Uint8Array>>([
  ['config.json', JSON.stringify({ selfsame: 'now' })],
  ['onnx/model.onnx', new Uint8Array(1000)],
  ['pieces', [Uint8Array.of(1, 2), Uint8Array.of(3)]],
])

beforeEach(() => {
  disk.room = Number.POSITIVE_INFINITY
  disk.renames = Number.POSITIVE_INFINITY
})

test('a folder comes about whole, and takes the place of an earlier export', () => {
  writeFolder(out, files)
  expect([...readFileSync(join(out, 'pieces'))]).toEqual([1, 2, 3])
  writeFileSync(join(out, 'left-over'), '')
  refuseForeign(out, 'config.json')
  writeFolder(out, new Map([['config.json', mark]]))
  expect(readdirSync(out)).toEqual(['config.json'])
  expect(readdirSync(folder)).toEqual(['out'])
})

test.each([
  [
    'a full disk',
    () => (disk.room = 900),
    /could not be written: the disk is full; free some space and export again; what was there before is as it was/,
  ],
  [
    'a disk that fails as the folder is to get its name',
    () => (disk.renames = 2),
    /could not be written: the disk reports a fault/,
  ],
])('%s leaves what was there before', (_, happens, message) => {
  writeFolder(out, new Map([['config.json', mark]]))
  happens()
  expect(() => writeFolder(out, files)).toThrow(message)
  expect(readdirSync(folder)).toEqual(['out'])
  expect(readFileSync(join(out, 'config.json'), 'utf8')).toBe(mark)
})

test('what a killed process left is taken away, or put back where it had been moved', () => {
  // no process has that number
  const killed = 2 ** 22 + 1
  const moved = join(folder, 'moved')
  mkdirSync(`${moved}.${killed}.tmp`)
  mkdirSync(`${moved}.${killed}.old`)
  writeFileSync(join(`${moved}.${killed}.old`, 'config.json'), mark)
  mkdirSync(`${moved}.1.tmp`)
  mkdirSync(`${moved}.other`)
  mendFolder(moved)
  expect(readdirSync(folder).filter((name) => name.startsWith('moved'))).toEqual([
    ...['moved', 'moved.1.tmp', 'moved.other'],
  ])
  expect(readFileSync(join(moved, 'config.json'), 'utf8')).toBe(mark)
})

test('an empty folder is free, and one of other files is not', () => {
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  refuseForeign(empty, 'config.json')
  writeFileSync(join(empty, 'config.json'), '{"model_type": "resnet"}')
  expect(() => refuseForeign(empty, 'config.json')).toThrow(/holds other files than an export/)
})

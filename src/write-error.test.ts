import { expect, test } from 'vitest'
import { SelfsameError } from './errors.js'
import { explainWriteError, writeFault } from './write-error.js'

const system = (code: string, syscall?: string, path?: string) =>
  Object.assign(new Error(`${code}: raw`), { code, syscall, path })

test.each([
  ['ENOSPC', 'x could not be written: the disk is full; free some space, what was saved before is intact'],
  [
    'EDQUOT',
    'x could not be written: your disk quota is used up; free some space, what was saved before is intact',
  ],
  [
    'EFBIG',
    'x could not be written: a file may not become as large there (ulimit -f, or the file system); raise that limit, or choose another folder',
  ],
  ['EROFS', 'x could not be written: the file system is read-only; choose another folder'],
  ['ENOENT', 'x could not be written: its folder is not there and cannot be made; choose another folder'],
  ['ENAMETOOLONG', 'x could not be written: the name is too long; choose another folder'],
  ['EMFILE', 'x could not be written: too many files are open (ulimit -n); choose another folder'],
  ['EIO', 'x could not be written: the disk reports a fault; choose another folder'],
])('%s in words', (code, message) => {
  const explained = explainWriteError(system(code), 'x')
  expect(explained).toBeInstanceOf(SelfsameError)
  expect(explained.message).toBe(message)
})

test('each verb has its own remedies, and what is no error of the disk comes back as it is', () => {
  const remedies = { room: 'r', large: 'l', otherwise: 'o' }
  const end = (code: string) => explainWriteError(system(code), 'x', remedies).message.at(-1)
  expect(['EDQUOT', 'EFBIG', 'EACCES'].map(end)).toEqual(['r', 'l', 'o'])
  for (const other of [system('ERR_INVALID_ARG_TYPE'), system('constructor'), new SelfsameError('told')])
    expect(explainWriteError(other, 'x')).toBe(other)
})

test('a raw error of the system that is plainly about writing is no fault of ours', () => {
  expect(writeFault(system('EACCES', 'mkdir', '/a'))).toBe(
    '/a could not be written: you may not write there; choose another folder',
  )
  expect(writeFault(system('EFBIG', 'write'))).toMatch(/^a file could not be written: a file may not become/)
  expect(writeFault(system('EROFS', 'open', '/a/lock'))).toBe(
    '/a/lock could not be written: the file system is read-only; choose another folder',
  )
  for (const other of [
    system('ENOENT', 'open', '/a'),
    system('EACCES', 'scandir', '/a'),
    new Error('x'),
    'x',
  ])
    expect(writeFault(other)).toBeUndefined()
})

import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { UsageError } from '../errors.js'
import { alone } from '../trainer/alone.js'
import { FAILURE, MISUSE, report } from './fail.js'

const folder = temporaryFolder()

/** What is printed of an error, and the exit code. */
function told(error: unknown): [string, number] {
  const print = vi.spyOn(console, 'error').mockReturnValue(undefined)
  try {
    const code = report(error)
    return [print.mock.calls.flat().join('\n'), code]
  } finally {
    print.mockRestore()
  }
}

test('an error is one line, whatever names it holds', () => {
  expect(told(new UsageError('there is no file \u001b]0;x\u0007\n\u202e'))).toEqual([
    'selfsame: there is no file \\u001b]0;x\\u0007\\n\\u202e',
    MISUSE,
  ])
})

test('a failed write is the disk’s, all else that nobody foresaw is ours', () => {
  const raw = Object.assign(new Error('EFBIG: file too large, write'), { code: 'EFBIG', syscall: 'write' })
  expect(told(raw)).toEqual([
    'selfsame: a file could not be written: a file may not become as large there (ulimit -f, or the file system); raise that limit, or choose another folder',
    FAILURE,
  ])
  expect(told(new TypeError('x is undefined\n\u001b'))).toEqual([
    'selfsame: x is undefined (this is a fault of ours; SELFSAME_DEBUG=1 shows where)',
    FAILURE,
  ])
})

test('a lock that cannot be written is told in words, and an error under the lock is passed on', async () => {
  const never = async () => expect.unreachable('it was not locked')
  // the system has no such file, and says so as a read-only disk says EROFS
  await expect(alone('/dev/null/run', never)).rejects.toThrow(
    '/dev/null/run/lock could not be written: a part of the path is a file, not a folder; choose another folder',
  )
  const own = Object.assign(new Error('raw'), { code: 'EACCES' })
  const failing = alone(folder, async () => {
    throw own
  })
  await expect(failing).rejects.toBe(own)
})

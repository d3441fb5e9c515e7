import { afterEach, expect, test, vi } from 'vitest'
import { StopRequest } from './stop.js'

afterEach(() => vi.restoreAllMocks())

test('one Ctrl-C that npm passes on once more asks to stop; a later one stops at once', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
  let heard = 0
  const stop = new StopRequest(() => heard++)
  expect(stop.requested).toBe(false)
  process.emit('SIGINT', 'SIGINT')
  clock.mockReturnValue(1020)
  process.emit('SIGINT', 'SIGINT')
  expect([stop.requested, heard]).toEqual([true, 1])
  expect(exit).not.toHaveBeenCalled()
  clock.mockReturnValue(2000)
  process.emit('SIGINT', 'SIGINT')
  expect(exit).toHaveBeenCalledWith(130)
  stop.end()
  expect(process.listenerCount('SIGINT')).toBe(0)
})

test('a closed terminal asks to stop, however often it says so; a Ctrl-C after it stops at once', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
  let heard = 0
  const stop = new StopRequest(() => heard++)
  process.emit('SIGHUP', 'SIGHUP')
  expect([stop.requested, heard]).toEqual([true, 1])
  clock.mockReturnValue(2000)
  process.emit('SIGHUP', 'SIGHUP')
  expect(exit).not.toHaveBeenCalled()
  process.emit('SIGTERM', 'SIGTERM')
  expect(exit).toHaveBeenCalledWith(130)
  stop.end()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) expect(process.listenerCount(signal)).toBe(0)
})

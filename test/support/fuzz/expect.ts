import { expect } from 'vitest'
import { hasSharedData, sharedData } from '../../../src/images/testing/shared-data.js'
import { type FuzzReport, fuzz } from './run.js'

/**
 * Damages so many pictures and expects that each is read or set aside, and that memory does not grow for ever.
 * @param work an empty folder
 */
export async function expectSound(first: number, count: number, work: string): Promise<FuzzReport> {
  const report = await fuzz(first, count, hasSharedData ? sharedData('awkward') : undefined, work)
  const { faults, read, reasons, memory } = report
  expect(faults).toEqual([])
  const aside = [...reasons.values()].reduce((sum, one) => sum + one, 0)
  expect(read + aside).toBe(count)
  // some damage does not show, and some does
  expect(Math.min(read, aside)).toBeGreaterThan(count / 10)
  expect(memory.end - memory.warm).toBeLessThan(GROWTH)
  expect(memory.most).toBeLessThan(MOST)
  return report
}

// what the allocator keeps, 145 MB mostly and 200 at times; one leaked row a picture would exceed it in the long test
const GROWTH = 250e6
// a picture of 100 megapixels takes 300 MB once it is decoded
const MOST = 1.5e9

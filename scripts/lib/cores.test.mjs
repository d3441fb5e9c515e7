import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { availableCores, cpuQuota } from './cores.cjs'

let mount
beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), 'cgroup-'))
})
afterEach(() => rmSync(mount, { recursive: true }))

function put(files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(mount, name)), { recursive: true })
    writeFileSync(join(mount, name), text)
  }
}

test('version 2: the least quota of a group and of those around it', () => {
  put({ 'a/cpu.max': '400000 100000\n', 'a/b/cpu.max': 'max 100000\n', 'a/b/c/cpu.max': '150000 100000\n' })
  expect(cpuQuota('0::/a/b/c\n', mount)).toBe(1.5)
  expect(cpuQuota('0::/a/b\n', mount)).toBe(4)
  expect(cpuQuota('0::/\n', mount)).toBeUndefined()
})

test('within a container the mount is its own group, whatever path it is told', () => {
  put({ 'cpu.max': '50000 100000\n' })
  expect(cpuQuota('0::/\n', mount)).toBe(0.5)
  expect(cpuQuota('0::/../../pod7\n', mount)).toBe(0.5)
})

test('version 1: its own tree, where -1 is no limit, and other controllers do not count', () => {
  const of = (folder, quota) => ({
    [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${folder}/cpu.cfs_period_us`]: '100000\n',
  })
  put({ ...of('cpu,cpuacct/docker/x', 250000), ...of('cpu,cpuacct', -1), ...of('memory/y', 100000) })
  expect(cpuQuota('9:memory:/y\n4:cpu,cpuacct:/docker/x\n0::/\n', mount)).toBe(2.5)
  expect(cpuQuota('4:cpu,cpuacct:/\n', mount)).toBeUndefined()
  expect(cpuQuota('', mount)).toBeUndefined()
})

test('there is at least one core, and no more than the process may run on', () => {
  expect(availableCores()).toBeGreaterThanOrEqual(1)
  expect(availableCores()).toBeLessThanOrEqual(availableParallelism())
})

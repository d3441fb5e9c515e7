// Vitest reporter: the files that took longest, and as the very last line `N passed, N failed[, N skipped]`, for scripts to read.
import { writeSync } from 'node:fs'

const SLOWEST = 10

// biome-ignore lint/style/noDefaultExport: Vitest loads a reporter by its default export
export default class TallyReporter {
  onTestRunEnd(modules, unhandled) {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      const before = count.failed
      for (const test of module.children.allTests()) count[test.result().state]++
      // a file or suite that could not even start has no test that failed
      if (!module.ok() && count.failed === before) count.failed++
    }
    const slowest = modules
      .map((module) => ({ seconds: module.diagnostic().duration / 1000, path: module.relativeModuleId }))
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, SLOWEST)
      .map(({ seconds, path }) => `${seconds.toFixed(1).padStart(7)} s  ${path}\n`)
    const skipped = count.skipped + count.pending
    const line = `${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
    // at exit, since other reporters still write after this
    process.on('exit', () => writeSync(1, `\n${slowest.join('')}\n${line}\n`))
  }
}

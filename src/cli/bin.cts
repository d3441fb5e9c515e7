#!/usr/bin/env node
/** The command's entry: sizes the pool of threads that decode pictures, which must be done before anything uses it. */
const {
  availableCores,
}: typeof import('../../scripts/lib/cores.cjs') = require('../../scripts/lib/cores.cjs')

/** What Node takes by itself. */
const LEAST = 4
const MOST = 1024

function poolSize(words: readonly string[]): number {
  const at = words.findIndex((word) => word === '--workers' || word.startsWith('--workers='))
  const given = Number(words[at]?.split('=')[1] ?? words[at + 1])
  return at >= 0 && given >= 1 ? Math.floor(given) : Math.max(LEAST, availableCores())
}

process.env.UV_THREADPOOL_SIZE ||= String(Math.min(MOST, poolSize(process.argv)))
import('./main.js')

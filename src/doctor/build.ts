/** What set-up found, and what it built the addon with. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Finding } from './finding.js'

export async function libtorch(): Promise<Finding> {
  const finder = fileURLToPath(new URL('../../scripts/find-libtorch.mjs', import.meta.url))
  const { findLibtorch, triedLines } = (await import(finder)) as {
    findLibtorch: () => {
      libtorch?: { version: string; source: string; libDirs: string[]; cuda: boolean }
      tried: unknown[]
    }
    triedLines: (tried: unknown[]) => string
  }
  const { libtorch: found, tried } = findLibtorch()
  if (!found) {
    return {
      what: 'libtorch',
      value: 'not found',
      problem: `libtorch was not found: run 'npx selfsame setup'. Looked at:\n${triedLines(tried)}`,
    }
  }
  return {
    what: 'libtorch',
    value: `${found.version} in ${found.libDirs.join(', ')} (${found.source}), CUDA ${found.cuda ? 'yes' : 'no'}`,
  }
}

/** What set-up built the addon with. */
export function stamp(): Finding {
  const path = fileURLToPath(new URL('../../build/stamp.json', import.meta.url))
  if (!existsSync(path)) {
    return {
      what: 'build',
      value: 'missing',
      problem: "The addon was not built by set-up: run 'npx selfsame setup'.",
    }
  }
  const {
    compiler,
    blas,
    libtorch: built,
  } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  return {
    what: 'build',
    value: `${compiler}, BLAS ${blas}, against ${typeof built === 'object' ? JSON.stringify(built) : built}`,
  }
}

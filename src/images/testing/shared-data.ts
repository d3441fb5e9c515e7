import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const UNPACK = resolve('../shared/data/unpack.mjs')
const HOME = join(tmpdir(), 'selfsame-data')
const FOLDERS = { photos: 'photos', awkward: 'awkward', cifar10: 'cifar-10-batches-bin' } as const

/** True where the real pictures for tests are at hand; tests that need them skip where they are not. */
export const hasSharedData = existsSync(UNPACK)

/** Debian's folder of Fashion-MNIST, where it is installed. */
export const fashionFolder = ['/usr/share/datasets/fashion-mnist'].find((folder) => existsSync(folder))

/** Unpacks a set of real pictures, once for all test files, and returns its folder. */
export function sharedData(set: keyof typeof FOLDERS): string {
  const folder = join(HOME, FOLDERS[set])
  if (existsSync(folder)) return folder
  const fresh = mkdtempSync(`${HOME}-`)
  try {
    execFileSync(process.execPath, [UNPACK, fresh, set])
    mkdirSync(HOME, { recursive: true })
    renameSync(join(fresh, FOLDERS[set]), folder)
  } catch (error) {
    // another process may have put it there meanwhile
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}

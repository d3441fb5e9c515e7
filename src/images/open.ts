import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nearest, suggestion, UsageError } from '../errors.js'
import { type Budget, defaultBudget } from './cache.js'
import { isCifarName, openCifar } from './cifar.js'
import { openFolder } from './folder.js'
import { READABLE } from './formats.js'
import { isIdxFolder, isIdxName, openIdx } from './idx.js'
import { namedSets } from './sets.js'
import type { Data } from './source.js'
import { type Walk, walk } from './walk.js'

/** How data is opened. */
export interface OpenOptions {
  /** pictures of a folder are shrunk as they are read, their short side to at most this many px */
  shrinkTo?: number
  /** memory for decoded pictures of a folder, in bytes; a quarter of free memory by default */
  cacheBytes?: number
}

/**
 * Opens what a user names: `fashion-mnist` or `cifar10`, or the path of a folder with CIFAR-10's binaries, with IDX
 * files in MNIST's layout, or with pictures at any depth.
 * @throws UsageError when there is nothing of the kind, SelfsameError when a set's file is damaged
 */
export async function openData(spec: string, options: OpenOptions = {}): Promise<Data> {
  const { shrinkTo, cacheBytes } = options
  checkWhole('shrinkTo', shrinkTo, 1)
  checkWhole('cacheBytes', cacheBytes, 0)
  const budget = cacheBytes === undefined ? defaultBudget() : { bytes: cacheBytes }
  const sets = namedSets()
  // 'constructor' is no set
  const set = Object.hasOwn(sets, spec) ? sets[spec] : undefined
  for (const folder of set?.folders ?? []) {
    const names = await list(folder)
    if (!names?.some((name) => set?.sign.test(name))) continue
    const { train, test } = await openPath(folder, options, budget)
    return { train: { ...train, name: spec }, ...(test && { test: { ...test, name: spec } }) }
  }
  if (set && (await list(spec)) === undefined) {
    throw new UsageError(`data set '${spec}' is not in ${set.folders.join(', ')}; ${set.advice}`)
  }
  return openPath(spec, options, budget)
}

async function openPath(path: string, { shrinkTo }: OpenOptions, budget: Budget): Promise<Data> {
  const names = await entries(path)
  if (names.some(isCifarName)) return openCifar(path, names)
  if (isIdxFolder(names)) return openIdx(path, names)
  const found = await walk(path)
  if (found.files.length === 0) throw new UsageError(await nothingIn(path, names, found))
  return openFolder(path, found, shrinkTo === undefined ? {} : { shrinkTo }, budget)
}

/** Names in a folder. @throws UsageError when it is none, or cannot be listed */
async function entries(path: string): Promise<string[]> {
  try {
    if ((await stat(path)).isDirectory()) return await readdir(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UsageError(await missing(path))
    throw new UsageError(`folder '${path}' cannot be opened (${code}); make it readable or give another`)
  }
  const instead =
    isCifarName(basename(path)) || isIdxName(basename(path)) ? `; give its folder '${dirname(path)}'` : ''
  throw new UsageError(
    `'${path}' is a file where a folder of pictures is expected${instead || '; give a folder'}`,
  )
}

async function missing(path: string): Promise<string> {
  const sets = Object.keys(namedSets())
  if (path === '')
    return `the name of the data is empty; give a folder of pictures or one of ${sets.join(', ')}`
  const parent = dirname(path)
  const near = nearest(basename(path), (await list(parent)) ?? [])
  const isPath = /[/\\]|^[.~]/.test(path)
  if (isPath)
    return `there is no folder '${path}'; ${near ? `did you mean '${join(parent, near)}'?` : 'check the path'}`
  if (near && !nearest(path, sets))
    return `there is no data set or folder '${path}'; did you mean './${near}'?`
  return `there is no data set or folder '${path}'; ${suggestion(path, sets)}`
}

async function nothingIn(path: string, names: readonly string[], found: Walk): Promise<string> {
  if (names.length === 0) return `folder '${path}' is empty; give a folder of pictures`
  for (const name of names) {
    const inner = (await list(join(path, name))) ?? []
    if (inner.some(isCifarName) || isIdxFolder(inner)) {
      return `folder '${path}' holds no picture file; did you mean '${join(path, name)}'?`
    }
  }
  const left = found.notes.map((note) => `, ${note}`).join('')
  const others = found.others === 1 ? '1 other file' : `${found.others} other files`
  return `folder '${path}' holds no picture file (${others}${left}); expected files in ${READABLE.join(', ')} format`
}

function list(path: string): Promise<string[] | undefined> {
  return readdir(path).catch(() => undefined)
}

function checkWhole(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return
  throw new UsageError(
    `${name} is ${value} where a whole number of at least ${least} is expected; give such a number`,
  )
}

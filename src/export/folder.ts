/** A folder that is either as it was or as it is meant to be. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { giveName, syncFolder } from '../durable.js'
import { UsageError } from '../errors.js'
import { makeFolder } from '../make-folder.js'
import { writeFully } from '../run/files.js'
import { setting } from '../setting.js'
import { explainWriteError } from '../write-error.js'

/** Content by path within the folder; what writes it where it is long. */
export type Files = ReadonlyMap<string, string | Uint8Array | Iterable<Uint8Array>>

const REMEDIES = {
  room: 'free some space and export again; what was there before is as it was',
  otherwise: `choose another folder by ${setting('out')}`,
}

/**
 * Refuses a folder that holds anything but an earlier export.
 * @param mark the file that an export has, as JSON with `selfsame` in it
 * @throws UsageError
 */
export function refuseForeign(folder: string, mark: string): void {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new UsageError(`${folder} is not a folder: choose another by ${setting('out')}`)
  }
  if (names.length === 0 || isMarked(join(folder, mark))) return
  throw new UsageError(
    `${folder} holds other files than an export (${names.slice(0, 3).join(', ')}): choose another folder by ${setting('out')}`,
  )
}

function isMarked(path: string): boolean {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof found === 'object' && found !== null && 'selfsame' in found
  } catch {
    return false
  }
}

/** Takes away what killed processes left half written, and puts back what one had moved out of the way. */
export function mendFolder(folder: string): void {
  const target = resolve(folder)
  const left = /^(\d+)[.](tmp|old)$/
  for (const name of existsSync(dirname(target)) ? readdirSync(dirname(target)) : []) {
    const [, pid, kind] = name.startsWith(`${basename(target)}.`)
      ? (left.exec(name.slice(basename(target).length + 1)) ?? [])
      : []
    if (pid === undefined || isRunning(Number(pid))) continue
    const path = join(dirname(target), name)
    try {
      if (kind === 'old' && !existsSync(target)) giveName(path, target)
      else rmSync(path, { recursive: true, force: true })
    } catch {
      // whatever hinders it will hinder what is to be written, and is told then
    }
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Writes all files into a folder beside, which then takes the place of `folder`.
 * @throws SelfsameError when it cannot be written; what was there before is as it was then
 */
export function writeFolder(folder: string, files: Files): void {
  const target = resolve(folder)
  const made = `${target}.${process.pid}.tmp`
  const old = `${target}.${process.pid}.old`
  try {
    for (const [name, content] of files) writeDurably(join(made, name), content)
    syncFolder(made)
    // one folder cannot be renamed onto another that holds something
    if (existsSync(target)) giveName(target, old)
    try {
      giveName(made, target)
    } catch (error) {
      if (existsSync(old)) giveName(old, target)
      throw error
    }
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    throw explainWriteError(error, folder, REMEDIES)
  }
  rmSync(old, { recursive: true, force: true })
}

function writeDurably(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  makeFolder(dirname(path))
  const file = openSync(path, 'wx')
  try {
    const pieces =
      typeof content === 'string'
        ? [Buffer.from(content)]
        : content instanceof Uint8Array
          ? [content]
          : content
    for (const piece of pieces) writeFully(file, piece)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

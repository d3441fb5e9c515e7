import { readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { giveName } from '../../durable.js'
import { SelfsameError } from '../../errors.js'
import { withLock } from '../../lock.js'
import { makeFolder } from '../../make-folder.js'
import { FetchFault, fetchFile, type RemoteFile } from './fetch-file.js'
import { unpack } from './unpack.js'

/** A data set, or something else of one or more files, that can be downloaded. */
export interface RemoteSet {
  /** what sentences call it; 'data set' unless given */
  kind?: string
  /** as it is named: 'cifar10' */
  name: string
  /** the folder that it gets */
  folder: string
  files: readonly (RemoteFile & { name: string })[]
  /** where the one file is an archive: its files that are wanted, and their bytes in all */
  archive?: { wanted: RegExp; bytes: number }
}

/** Told what is done, and how far: `done` of `total` bytes or pieces. */
export type Told = (text: string, done: number, total: number) => void

/**
 * Downloads a set into a folder of its own under `root`. What came before an interruption is kept; the set's folder is
 * there only when all of it is whole, checked and on disk. Of several processes one downloads and the others wait.
 * @returns the set's folder
 * @throws SelfsameError when it cannot be had or written
 */
export async function downloadSet(set: RemoteSet, root: string, told: Told = () => {}): Promise<string> {
  const folder = join(root, set.folder)
  try {
    makeFolder(root)
    await withLock(
      join(root, `${set.name}.lock`),
      async () => {
        // another process may have done it meanwhile
        if (!(await isFolder(folder))) await download(set, root, folder, told)
      },
      () => told(`Another process downloads ${set.name}`, 0, total(set)),
    )
    return folder
  } catch (error) {
    throw faultOf(set, root, folder, error)
  }
}

async function download(set: RemoteSet, root: string, folder: string, told: Told): Promise<void> {
  const staging = join(root, `${set.name}.part`)
  makeFolder(staging)
  await checkRoom(set, staging)
  let before = 0
  for (const file of set.files) {
    const path = join(staging, file.name)
    // a file gets its own name only when it has been checked
    if (!(await isFile(path))) {
      await fetchFile(file, path, (done) => told(`Downloading ${set.name}`, before + done, total(set)))
    }
    before += file.size
  }
  if (set.archive === undefined) return giveName(staging, folder)
  const [archive] = set.files as [RemoteFile & { name: string }]
  const unpacked = join(staging, 'unpacked')
  await rm(unpacked, { recursive: true, force: true })
  await unpack(join(staging, archive.name), unpacked, set.archive.wanted, archive.size, (done, all) =>
    told(`Unpacking ${set.name}`, done, all),
  )
  giveName(unpacked, folder)
  await rm(staging, { recursive: true, force: true })
}

/** @throws an error as of a full disk where what is still missing has no room */
async function checkRoom(set: RemoteSet, staging: string): Promise<void> {
  let here = 0
  for (const name of await readdir(staging)) here += (await stat(join(staging, name))).size
  const { bavail, bsize } = await statfs(staging)
  const needed = total(set) + (set.archive?.bytes ?? 0) - here
  if (bavail * bsize < needed) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
}

function faultOf(set: RemoteSet, root: string, folder: string, error: unknown): SelfsameError {
  const { kind = 'data set' } = set
  if (error instanceof FetchFault) {
    const what = set.archive
      ? `the files in ${set.files[0]?.name}`
      : set.files.map(({ name }) => name).join(', ')
    return new SelfsameError(
      `${kind} '${set.name}' cannot be downloaded (${error.message}); ` +
        `try again where there is a network, or put ${what} into '${folder}' by hand`,
    )
  }
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const megabytes = Math.ceil((total(set) + (set.archive?.bytes ?? 0)) / 1e6)
    return new SelfsameError(
      `the disk of '${root}' has no room for ${kind} '${set.name}', which takes ${megabytes} MB; make room, or set SELFSAME_DATA to a folder on another disk`,
    )
  }
  return new SelfsameError(
    `${kind} '${set.name}' cannot be written to '${root}' (${message}); set SELFSAME_DATA to a folder that can be written to`,
  )
}

function total({ files }: RemoteSet): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

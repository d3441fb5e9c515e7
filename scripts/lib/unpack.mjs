// Unpacks Debian packages into .cache/libtorch and makes them fit this machine: installation without root.
import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { aptGet, updateLists } from './apt.mjs'
import { makeFolder } from './make-folder.mjs'
import { mendLinks } from './mend-links.mjs'
import { inRoot, unpacked } from './paths.mjs'
import { Problem } from './problem.mjs'
import { command } from './step.mjs'

const downloads = inRoot('.cache/debs')

// the C library belongs to the running system: a second one beside its loader ends every program at once
const ofTheSystem = new Set(['libc6', 'libc-bin', 'libc6-i386'])

export async function unpack(debs, report) {
  await download(
    debs.filter(({ name }) => !ofTheSystem.has(name)),
    report,
  )
  layOutFolders()
  for (const file of readdirSync(downloads).filter((name) => name.endsWith('.deb'))) {
    report(`unpacking ${file}`)
    await unpackOne(join(downloads, file))
  }
  mendLinks()
  rmSync(downloads, { recursive: true })
}

async function download(debs, report) {
  rmSync(downloads, { recursive: true, force: true })
  makeFolder(downloads)
  const args = ['download', ...debs.map(({ name, version }) => `${name}=${version}`)]
  let result = await aptGet(args, { cwd: downloads, report })
  if (result.code !== 0) {
    // old lists name versions that the mirror no longer has
    await updateLists()
    result = await aptGet(args, { cwd: downloads, report })
  }
  if (result.code !== 0)
    throw new Problem(
      `${result.output.trim().split('\n').slice(-8).join('\n')}\nThe packages could not be downloaded: apt says why above.`,
    )
}

// packages still write to /lib, which has been a link to /usr/lib on every system since Debian 12
function layOutFolders() {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    makeFolder(join(unpacked, 'usr', name))
    if (!existsSync(join(unpacked, name))) symlinkSync(`usr/${name}`, join(unpacked, name))
  }
}

const unpackOne = (file) =>
  command(
    'sh',
    ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"', 'sh', file, unpacked],
    {
      failure: `${file} could not be unpacked.`,
    },
  )

// Asks apt what installing some packages would mean. Works without root: then with lists and cache of our own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { onPath } from './compiler.mjs'
import { makeFolder } from './make-folder.mjs'
import { inRoot } from './paths.mjs'
import { Problem } from './problem.mjs'
import { attempt, lastUseful, step } from './step.mjs'

export const isRoot = process.getuid?.() === 0
export const hasApt = () => Boolean(onPath('apt-get') && onPath('dpkg'))

const privateFolder = inRoot('.cache/apt')
const privateOptions = [
  '-o',
  `Dir::State::Lists=${privateFolder}/lists`,
  '-o',
  `Dir::Cache=${privateFolder}/cache`,
] // prettier-ignore
const environment = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }

/** Runs apt-get; our own lists are used once they have been fetched. */
export function aptGet(args, options = {}) {
  return attempt('apt-get', [...(usesOwnLists() ? privateOptions : []), ...args], {
    env: environment,
    ...options,
  })
}

/** Downloads the package lists: the system's as root, our own otherwise. */
export async function updateLists() {
  if (!isRoot)
    for (const name of ['lists/partial', 'cache/archives/partial']) makeFolder(join(privateFolder, name))
  const args = [...(isRoot ? [] : privateOptions), 'update']
  const { output } = await step('fetch the package lists', (report) =>
    attempt('apt-get', args, { env: environment, report }),
  )
  // hooks of the system may fail without root though the lists arrived: what counts is the lists
  if (!hasLists())
    throw new Problem(`${lastUseful(output)}\napt-get update brought no package lists: it says why above.`)
}

const holdsLists = (folder) => {
  try {
    return readdirSync(folder).some((name) => name.includes('_Packages'))
  } catch {
    return false
  }
}
const usesOwnLists = () => !isRoot && holdsLists(`${privateFolder}/lists`)
export const hasLists = () => usesOwnLists() || holdsLists('/var/lib/apt/lists')

/** What apt would install: `{ debs: [{ name, version, file }], download, disk }`, or `{ unknown: [...] }`. */
export async function aptPlan(packages) {
  const { code, output } = await aptGet([
    'install',
    '-y',
    '--no-install-recommends',
    '--print-uris',
    ...packages,
  ])
  const unknown = packages.filter((name) => isUnknown(name, output))
  if (unknown.length > 0) return { unknown }
  if (code !== 0)
    throw new Problem(`${output.trim()}\napt cannot install ${packages.join(', ')}: it says why above.`)
  return {
    debs: [...output.matchAll(/^'[^']+' (\S+?)_(\S+)_\S+\.deb \d+/gm)].map(([, name, version]) => ({
      name,
      version: decodeURIComponent(version),
    })),
    download: bytesIn(output.match(/Need to get (?:[\d.,]+ \w?B\/)?([\d.,]+) (\w?)B/)),
    disk: bytesIn(output.match(/After this operation, ([\d.,]+) (\w?)B of additional/)),
  }
}

const isUnknown = (name, output) =>
  output.includes(`Unable to locate package ${name}\n`) ||
  output.includes(`Package '${name}' has no installation candidate`)

const bytesIn = (match) =>
  match ? Number(match[1].replaceAll(',', '')) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[match[2]] : 0

// Brings the packages of Debian and Ubuntu that are lacking: by apt as root, else unpacked into .cache/libtorch.
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { triedLines } from '../find-libtorch.mjs'
import { aptGet, aptPlan, hasApt, hasLists, isRoot, updateLists } from './apt.mjs'
import { findCompiler } from './compiler.mjs'
import { jsonOf } from './files.mjs'
import { knownLibtorch, lookForLibtorch } from './known-libtorch.mjs'
import { findLibjpeg } from './libjpeg.mjs'
import { makeFolder } from './make-folder.mjs'
import { fashionFolder, inRoot, root, triplet, unpacked } from './paths.mjs'
import { Problem } from './problem.mjs'
import { attempt, say, step } from './step.mjs'
import { unpack } from './unpack.mjs'

// good to have, so their absence from a distribution is noted once and not asked for again
const optional = ['libopenblas0-pthread', 'dataset-fashion-mnist', 'libjpeg-dev']
const absentFile = inRoot('.cache/not-in-apt.json')
// names what a killed installation was bringing: the files of half of it may look like the whole
const unfinishedFile = inRoot('.cache/unfinished.json')

/** Names of the packages that are lacking here; empty when all is there. */
export function lackingPackages() {
  const { libtorch, tried } = lookFor()
  if (!libtorch && process.env.LIBTORCH)
    throw new Problem(`LIBTORCH leads to no libtorch: correct it or unset it.\n${triedLines(tried)}`)
  const fashion = ['/', unpacked].some((base) => existsSync(join(base, fashionFolder)))
  const lacking = []
  if (!libtorch) lacking.push('libtorch-dev')
  if (!findCompiler()) lacking.push('g++')
  if (!hasApt()) return lacking
  const absent = jsonOf(absentFile) ?? []
  if (!libtorch || lacksFastBlas(libtorch)) lacking.push('libopenblas0-pthread')
  if (!fashion) lacking.push('dataset-fashion-mnist')
  // the name that Debian and Ubuntu share for their libjpeg-turbo
  if (!findLibjpeg()) lacking.push('libjpeg-dev')
  const unfinished = jsonOf(unfinishedFile) ?? []
  return [...new Set([...lacking, ...unfinished])].filter((name) => !absent.includes(name))
}

function lookFor() {
  const libtorch = knownLibtorch()
  return libtorch ? { libtorch } : lookForLibtorch()
}

// only a system's libtorch looks for a BLAS outside itself
const lacksFastBlas = ({ libDirs }) => libDirs.length === 1 && libDirs[0].endsWith(triplet)

/** Installs or unpacks them, after saying what and how much. */
export async function bringPackages(packages) {
  if (!hasApt()) throw new Problem(adviceWithoutApt(packages))
  const { wanted, plan } = await planFor(packages)
  if (wanted.length === 0) return
  const place = isRoot ? 'with apt-get' : `without root, into ${unpacked}`
  say(`Installing ${wanted.join(', ')} ${place}: ${plan.debs.length} packages,`)
  say(`  ${megabytes(plan.download)} to download, ${megabytes(plan.disk)} on the disk.`)
  checkSpace(plan)
  note(unfinishedFile, wanted)
  await step('system packages', (report) => (isRoot ? install(wanted, report) : unpack(plan.debs, report)))
  rmSync(unfinishedFile)
  lookForLibtorch()
  // a distribution whose package is another libjpeg is not to be asked at every set-up
  if (wanted.includes('libjpeg-dev') && !findLibjpeg())
    note(absentFile, [...(jsonOf(absentFile) ?? []), 'libjpeg-dev'])
}

async function planFor(packages) {
  if (!hasLists()) await updateLists()
  let plan = await aptPlan(packages)
  if (plan.unknown) {
    await updateLists()
    plan = await aptPlan(packages)
  }
  if (!plan.unknown) return { wanted: packages, plan }
  const needed = plan.unknown.filter((name) => !optional.includes(name))
  if (needed.length > 0)
    throw new Problem(
      `apt knows no package ${needed.join(', ')} on this system: install libtorch (for example Python's torch) and g++ yourself, and set LIBTORCH to its folder.`,
    )
  noteAbsent(plan.unknown)
  const wanted = packages.filter((name) => !plan.unknown.includes(name))
  return { wanted, plan: wanted.length > 0 ? await aptPlan(wanted) : undefined }
}

function noteAbsent(names) {
  note(absentFile, [...(jsonOf(absentFile) ?? []), ...names])
  say(`This system's apt has no ${names.join(', ')}; going on without.`)
}

function note(file, names) {
  makeFolder(dirname(file))
  writeFileSync(file, JSON.stringify(names))
}

async function install(packages, report) {
  const args = ['install', '-y', '--no-install-recommends', ...packages]
  let result = await aptGet(args, { report })
  if (result.code !== 0) {
    // a killed installation wants to be ended first, and old lists name versions that the mirror no longer has
    await attempt('dpkg', ['--configure', '-a'], { report })
    await aptGet(['update'], { report })
    result = await aptGet(args, { report })
  }
  if (result.code === 0) return
  throw new Problem(
    `${result.output.trim().split('\n').slice(-15).join('\n')}\napt-get could not install ${packages.join(', ')}: it says why above.`,
  )
}

function checkSpace({ download, disk }) {
  const place = isRoot ? '/usr' : root
  const { bavail, bsize } = statfsSync(place)
  if (bavail * bsize > download + disk) return
  throw new Problem(
    `The disk of ${place} has ${megabytes(bavail * bsize)} free and ${megabytes(download + disk)} are needed: make room and run this again.`,
  )
}

const megabytes = (bytes) => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`

function adviceWithoutApt(packages) {
  if (packages.includes('libtorch-dev')) {
    const how = process.platform === 'darwin' ? '`brew install pytorch libomp`' : "libtorch or Python's torch"
    return `No libtorch was found: install ${how} (or set LIBTORCH to its folder) and run this again. Looked at:\n${triedLines(lookForLibtorch().tried)}`
  }
  return 'No C++ compiler was found: install g++ or clang++ (or set CXX) and run this again.'
}

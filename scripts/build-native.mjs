// Compiles native/ into build/selfsame.node with the C++ compiler itself: no node-gyp, no Node headers to download.
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { basename, join } from 'node:path'
import { triedLines } from './find-libtorch.mjs'
import { findCompiler, versionOf } from './lib/compiler.mjs'
import { availableCores } from './lib/cores.cjs'
import { jsonOf } from './lib/files.mjs'
import { knownLibtorch, lookForLibtorch } from './lib/known-libtorch.mjs'
import { link } from './lib/link.mjs'
import { makeFolder } from './lib/make-folder.mjs'
import { compileArguments, nativePlan } from './lib/native-plan.mjs'
import { addonFile, buildDir, packageFolder, root, stampFile } from './lib/paths.mjs'
import { isMain, Problem, runMain } from './lib/problem.mjs'
import { command, say, step } from './lib/step.mjs'

const memoryPerUnit = 1.5e9

/** True when the addon on disk is what these sources and this libtorch would give. Spawns nothing. */
export function nativeIsCurrent(libtorch = knownLibtorch()) {
  return (
    libtorch !== undefined && existsSync(addonFile) && jsonOf(stampFile)?.hash === nativePlan(libtorch).hash
  )
}

/** Compiles what changed, links, and writes the stamp that `selfsame doctor` reads. */
export async function buildNative(report) {
  const libtorch = knownLibtorch() ?? libtorchOrProblem()
  const compiler = findCompiler()
  if (!compiler) throw new Problem('No C++ compiler was found: install g++ (or set CXX) and run this again.')
  if (!existsSync(join(root, packageFolder('node-addon-api'), 'napi.h')))
    throw new Problem('The headers of N-API are missing: run `npm ci`, or install selfsame anew.')
  const plan = nativePlan(libtorch)
  makeFolder(join(buildDir, 'obj'))
  await compileAll(plan.units, compiler, report)
  report('linking')
  await link(
    compiler,
    plan.units.map((unit) => unit.object),
    plan.linkFlags,
  )
  writeStamp(libtorch, compiler, plan)
  dropOldObjects(plan.units)
}

function libtorchOrProblem() {
  const { libtorch, tried } = lookForLibtorch()
  if (libtorch) return libtorch
  throw new Problem(
    `No libtorch was found; run \`npx selfsame setup\`, or set LIBTORCH to its folder.\n${triedLines(tried)}`,
  )
}

async function compileAll(units, compiler, report) {
  const waiting = units.filter((unit) => !existsSync(unit.object))
  const workers = Math.max(1, Math.min(availableCores(), Math.floor(freemem() / memoryPerUnit)))
  const count = waiting.length
  let done = 0
  const work = async () => {
    for (let unit = waiting.shift(); unit; unit = waiting.shift()) {
      report(`compiling native/${unit.room} (${done} of ${count} done)`)
      await compile(unit, compiler)
      done++
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
}

async function compile(unit, { program, args, env }) {
  const draft = `${unit.object}.draft`
  const output = await command(program, [...args, ...compileArguments(unit), '-o', draft], {
    cwd: root,
    env,
    failure: `native/${unit.room} did not compile; the compiler says why above.`,
  })
  if (output.trim()) say(output.trim())
  renameSync(draft, unit.object)
}

function writeStamp(libtorch, compiler, { libjpeg, cpu, hash }) {
  const stamp = {
    libtorch: libtorch.version,
    path: libtorch.libDirs.at(-1),
    source: libtorch.source,
    cuda: libtorch.cuda,
    blas: libtorch.libDirs[0].endsWith('openblas-pthread') ? 'openblas-pthread' : "libtorch's own",
    jpeg: libjpeg ? `libjpeg-turbo ${libjpeg.version}` : 'sharp',
    compiler: versionOf(compiler),
    cpu: cpu.name,
    built_at: new Date().toISOString(),
    hash,
  }
  writeFileSync(stampFile, `${JSON.stringify(stamp, null, 2)}\n`)
}

function dropOldObjects(units) {
  const wanted = new Set(units.map((unit) => basename(unit.object)))
  for (const name of readdirSync(join(buildDir, 'obj'))) {
    if (!wanted.has(name)) rmSync(join(buildDir, 'obj', name))
  }
}

if (isMain(import.meta)) {
  await runMain(async () => {
    if (!nativeIsCurrent(knownLibtorch() ?? libtorchOrProblem())) await step('build the addon', buildNative)
  })
}

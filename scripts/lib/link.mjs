// Links the addon and makes sure that the loader finds every library it leads to.
import { spawnSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { filesUnder } from './files.mjs'
import { rpathOf } from './native-plan.mjs'
import { addonFile, root, unpacked } from './paths.mjs'
import { Problem } from './problem.mjs'
import { command } from './step.mjs'

/** Links objects into build/selfsame.node, swapped in whole so that a running process keeps its own. */
export async function link({ program, args, env }, objects, flags) {
  const draft = `${addonFile}.draft`
  const extra = []
  for (;;) {
    await command(program, [...args, '-o', draft, ...objects, ...flags, ...extra], {
      cwd: root,
      env,
      failure: 'The addon could not be linked; the linker says why above.',
    })
    const missing = missingLibraries(draft)
    if (missing.length === 0) break
    const files = missing.map(inUnpacked)
    if (files.some((file) => !file || extra.includes(file)))
      throw new Problem(
        `libtorch needs ${missing.join(', ')}, which the loader does not find; install what holds it and try again.`,
      )
    // linked by name and not only by folder: a library with a RUNPATH of its own looks nowhere else for what it needs,
    // but takes what is loaded already
    extra.push(...files.flatMap((file) => [file, `-Wl,-rpath,${rpathOf(dirname(file))}`]))
  }
  renameSync(draft, addonFile)
}

function missingLibraries(file) {
  if (process.platform !== 'linux') return []
  const { stdout } = spawnSync('ldd', [file], {
    encoding: 'utf8',
    env: { ...process.env, LD_LIBRARY_PATH: '' },
  })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
}

const inUnpacked = (name) => filesUnder(join(unpacked, 'usr/lib'), (path) => basename(path) === name)[0]

// Compiles stand-in.cc as the addon is compiled, where that has not been done, and prints where it lies.
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { findCompiler } from '../../scripts/lib/compiler.mjs'
import { hashOf } from '../../scripts/lib/files.mjs'
import { knownLibtorch } from '../../scripts/lib/known-libtorch.mjs'
import { nativePlan } from '../../scripts/lib/native-plan.mjs'
import { buildDir, inRoot, root } from '../../scripts/lib/paths.mjs'
import { command } from '../../scripts/lib/step.mjs'

const source = inRoot('test/device/stand-in.cc')
const { units, linkFlags } = nativePlan(knownLibtorch())
const { flags } = units.find(({ room }) => room === 'door')
const made = join(buildDir, `stand-in-${hashOf([source], ...flags, ...linkFlags)}.node`)
if (!existsSync(made)) {
  const { program, args, env } = findCompiler()
  const draft = `${made}.${process.pid}`
  const failure = 'stand-in.cc did not compile; the compiler says why above.'
  await command(program, [...args, ...flags, source, ...linkFlags, '-o', draft], { cwd: root, env, failure })
  renameSync(draft, made)
}
console.log(made)

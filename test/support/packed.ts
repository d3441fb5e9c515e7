/** The package as npm packs it, installed into an empty project; no registry is asked. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Manifest {
  bin?: string | Record<string, string>
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** Packages that a user's machine gets with ours, with what they need themselves. */
function needed(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    const path = join(ROOT, 'node_modules', name, 'package.json')
    // of the optional ones only those for this system are there
    if (found.has(name) || !existsSync(path)) continue
    found.add(name)
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(path, 'utf8')) as Manifest
    needed(Object.keys({ ...dependencies, ...optionalDependencies }), found)
  }
  return found
}

export class Project {
  readonly folder: string
  /** What is in the package. */
  readonly files: string[]
  readonly #patience: number

  /** @param patience with one command, in ms */
  constructor(folder: string, patience = 60_000) {
    this.folder = folder
    this.#patience = patience
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "name": "mine", "private": true, "type": "module" }\n')
    const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, ROOT]
    const [packed] = JSON.parse(execFileSync('npm', words, this.#options)) as {
      filename: string
      files: { path: string }[]
    }[]
    this.files = packed?.files.map(({ path }) => path) ?? []
    const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
    // what a registry would give
    for (const name of needed(Object.keys(dependencies))) this.#give(name)
    const quiet = ['--offline', '--no-audit', '--no-fund', '--no-package-lock']
    execFileSync('npm', ['install', ...quiet, `./${packed?.filename}`], this.#options)
  }

  /** A package with its commands: npm would fetch anew what lacks them. */
  #give(name: string): void {
    const modules = join(this.folder, 'node_modules')
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true, dereference: true })
    const { bin = {} } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as Manifest
    for (const [command, path] of Object.entries(typeof bin === 'string' ? { [name]: bin } : bin)) {
      mkdirSync(join(modules, '.bin'), { recursive: true })
      symlinkSync(join('..', name, path), join(modules, '.bin', command))
    }
  }

  get #options() {
    const env = { ...process.env, npm_config_cache: join(this.folder, '.npm') }
    return { cwd: this.folder, encoding: 'utf8', env, stdio: 'pipe' } as const
  }

  /** Gives it our addon, in place of compiling one. */
  copyAddon(): void {
    const into = join(this.folder, 'node_modules/selfsame')
    cpSync(join(ROOT, 'build/selfsame.node'), join(into, 'build/selfsame.node'))
    // where libtorch was unpacked there, the addon looks for it beside itself
    if (existsSync(join(ROOT, '.cache/libtorch'))) symlinkSync(join(ROOT, '.cache'), join(into, '.cache'))
  }

  /** Runs a command in the project. */
  run(program: string, ...words: string[]) {
    const { status, stdout, stderr } = spawnSync(program, words, {
      ...this.#options,
      timeout: this.#patience,
    })
    return { code: status, stdout, stderr }
  }
}

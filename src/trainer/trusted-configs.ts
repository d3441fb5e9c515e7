/** Which config files the user has run on this machine: noted outside all run folders, as those may come from elsewhere. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeJson } from '../run/index.js'

/** A note of one config: where it lay, and digests of it and of the files beside it that it names. */
interface Note {
  config: string
  sha256: string
  neighbours: Record<string, string>
}

/** Far above any program that a person writes. */
const MOST_BYTES = 2 ** 24
const ENDINGS = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '/index.ts', '/index.js']
const PROGRAM = /\.([cm]?[jt]sx?|json|node|wasm)$/
/** Any text in quotes that begins as the path of a file does. */
const PATHS = /['"`]((?:\.{1,2}\/|\/|file:\/)[^'"`\n]*)['"`]/g

/** Notes that the user ran this config. @throws SelfsameError when nothing can be written there */
export function noteConfig(path: string, source: Buffer): void {
  const config = resolve(path)
  const sha256 = digest(source)
  const neighbours = Object.fromEntries(neighboursOf(config, source))
  writeJson(noteOf(config, sha256), { config, sha256, neighbours } satisfies Note)
}

/**
 * Whether a config may be run as one that lay at `path`, by what was noted of it.
 * @returns 'known'; 'unknown' when it was never run here; or the path of a file that it names and that has changed since
 */
export function knownConfig(path: string, source: Buffer): 'known' | 'unknown' | { changed: string } {
  const sha256 = digest(source)
  const note = readNote(noteOf(path, sha256))
  if (note?.config !== path || note.sha256 !== sha256) return 'unknown'
  const now = neighboursOf(path, source)
  const all = new Set([...now.keys(), ...Object.keys(note.neighbours)])
  const changed = [...all].find((file) => now.get(file) !== note.neighbours[file])
  return changed === undefined ? 'known' : { changed }
}

/** The bytes of a plain file of a program's size, else undefined. */
export function programBytes(path: string): Buffer | undefined {
  try {
    const found = statSync(path)
    return found.isFile() && found.size <= MOST_BYTES ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

/** A file a config, so that two processes never write to the same one. */
function noteOf(config: string, sha256: string): string {
  return join(stateFolder(), 'trusted-configs', `${digest(Buffer.from(`${config}\n${sha256}`))}.json`)
}

function stateFolder(own: string | undefined = process.env.XDG_STATE_HOME): string {
  // a relative one is to be ignored, says its specification; the current folder may be anybody's
  return join(own && isAbsolute(own) ? own : join(homedir(), '.local/state'), 'selfsame')
}

function readNote(path: string): Note | undefined {
  try {
    const note = JSON.parse(programBytes(path)?.toString() ?? 'null') as Note | null
    return note && typeof note.neighbours === 'object' && note.neighbours !== null ? note : undefined
  } catch {
    return undefined
  }
}

/** The programs that a config names by their path, and those that they name, with their digests. */
function neighboursOf(config: string, source: Buffer): Map<string, string> {
  const found = new Map<string, string>()
  const look = (from: string, text: string) => {
    for (const [, named = ''] of text.matchAll(PATHS)) {
      const file = resolved(named, from)
      if (file === undefined || file === config || found.has(file)) continue
      const bytes = programBytes(file) as Buffer
      found.set(file, digest(bytes))
      look(file, bytes.toString())
    }
  }
  look(config, source.toString())
  return found
}

/** As the loader finds it; './x.js' may be meant for ./x.ts. */
function resolved(named: string, from: string): string | undefined {
  let base: string
  try {
    base = named.startsWith('file:') ? fileURLToPath(named) : resolve(dirname(from), named)
  } catch {
    return undefined
  }
  const bases = [base, base.replace(/\.([cm]?)js$/, '.$1ts')]
  return bases
    .flatMap((one) => ENDINGS.map((ending) => one + ending))
    .find((path) => PROGRAM.test(path) && programBytes(path))
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

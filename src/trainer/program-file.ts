/** Programs of the user's: a config or a study, in a file. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createJiti } from 'jiti'
import { SelfsameError, UsageError } from '../errors.js'
import { finishing } from '../finishing.js'
import { shown } from '../printable.js'

/** Whether a name is that of a program that can be run here. */
export function isProgramName(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name)
}

/**
 * The bytes of a `.ts` or `.js` file.
 * @param what the file is meant to be, for messages
 * @throws UsageError when there is no such file, or it is no program by its name
 */
export function programIn(path: string, what: string): Buffer {
  const file = statSync(resolve(path), { throwIfNoEntry: false })
  if (!file) throw new UsageError(`the ${what} ${path} does not exist: give the path of a .ts or .js file`)
  // a data file may parse as a program that says nothing, and a pipe cannot be read again by --resume
  if (!file.isFile() || !isProgramName(path))
    throw new UsageError(
      `the ${what} ${path} must be a .ts or .js file, got ${file.isDirectory() ? 'a folder' : 'another kind'}: write one with export default { … }`,
    )
  return readFileSync(resolve(path))
}

/**
 * The default export of a `.ts` or `.js` file.
 * @throws UsageError when there is no such file or its default export is no object, SelfsameError when it cannot be read
 */
export async function importDefault(path: string, what: string): Promise<object> {
  return await evaluateDefault(programIn(path, what).toString(), path, what)
}

/**
 * The default export of a program that is at hand, run as if it lay at `path`.
 * @throws UsageError when its default export is no object, SelfsameError when it cannot be run
 */
export async function evaluateDefault(source: string, path: string, what: string): Promise<object> {
  // it may import 'selfsame' wherever it lies, and must get this very copy of it; others may write to the cache's folder
  const jiti = createJiti(import.meta.url, {
    virtualModules: await ownModules(),
    fsCache: false,
    // it would look into a null
    interopDefault: false,
  })
  const run = async () =>
    await jiti.evalModule(source, {
      filename: resolve(path),
      async: true,
      // unless told it would read some kinds of files itself, and once more
      forceTranspile: true,
    })
  let found: unknown
  try {
    const never = `the ${what} ${path} never finished: it waits for what does not come, or ends the process; take that out`
    found = defaultOf(await finishing(never, run))
  } catch (error) {
    throw new SelfsameError(`the ${what} ${path} cannot be read: ${whyNot(error, resolve(path))}`)
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new UsageError(
      `the ${what} ${path} must have a default export that is an object, such as export default { … }`,
    )
  }
  return found
}

/** What `export default` or `module.exports` gave; undefined where there is neither. */
function defaultOf(module: unknown): unknown {
  if (typeof module !== 'object' || module === null) return module
  if ('default' in module) return module.default
  const isEmpty = Object.keys(module).length === 0
  return Object.hasOwn(module, '__esModule') || isEmpty ? undefined : module
}

/** Why a program could not be run, with the line where it does not parse. */
function whyNot(error: unknown, path: string): string {
  if (!(error instanceof Error)) return `it throws ${shown(error)}`
  const [message = '', at = ''] = error.message.split('\n').map((line) => line.trim())
  const parsing = /^ParseError: (.*)$/.exec(message)?.[1]
  const [, file, line] = /^(.*):(\d+):\d+$/.exec(at) ?? []
  if (parsing === undefined || line === undefined) return message
  return `${file === path ? '' : `${file}, `}line ${line}: ${parsing.replace(/\.$/, '')}`
}

async function ownModules(): Promise<Record<string, unknown>> {
  return {
    selfsame: await import('../index.js'),
    'selfsame/learn': await import('../learn/index.js'),
    'selfsame/judge': await import('../judge/index.js'),
    'selfsame/torch': await import('../torch/index.js'),
    'selfsame/nn': await import('../nn/index.js'),
  }
}

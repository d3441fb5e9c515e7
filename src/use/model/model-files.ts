/** Where a model's files are: in a folder of ours or of transformers.js, in a run, or one ONNX file with what lies beside it. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import { setting } from '../../setting.js'

/** Which weights of a folder: transformers.js' names, and those as they were trained where nothing is said. */
export type Quantised = 'int8' | 'fp16'

const NAMES = { int8: 'model_quantized', fp16: 'model_fp16', none: 'model' } as const
/** Of a run, where `selfsame export` writes unless told. */
export const EXPORT = 'export'
const CONFIG = 'preprocessor_config.json'
const MOST_CONFIG = 2 ** 20

/**
 * The ONNX file that a path means.
 * @throws UsageError when there is none
 */
export async function onnxFileAt(path: string, quantised?: Quantised): Promise<string> {
  const kind = await kindOf(path)
  if (kind === 'file') {
    if (!/\.onnx$/i.test(path))
      throw new UsageError(`'${path}' is no model; give a model folder, an ONNX file (.onnx) or a run`)
    if (quantised)
      throw new UsageError(
        `${setting('quantised')} chooses among the files of a model folder; '${path}' is one file`,
      )
    return path
  }
  if (kind === undefined) throw new UsageError(`there is no model '${path}'; check the path`)
  if ((await kindOf(join(path, 'run.json'))) === 'file') {
    const exported = join(path, EXPORT)
    if ((await kindOf(exported)) === 'folder') return onnxFileAt(exported, quantised)
    throw new UsageError(
      `the run '${path}' has no exported model yet; write it with: npx selfsame export ${path}`,
    )
  }
  const wanted = `${NAMES[quantised ?? 'none']}.onnx`
  const names = [
    ...(await onnxNames(join(path, 'onnx'))).map((name) => join('onnx', name)),
    ...(await onnxNames(path)),
  ]
  const found = names.find((name) => basename(name) === wanted)
  if (found) return join(path, found)
  // of a folder with one model its name does not matter
  if (!quantised && names.length === 1) return join(path, names[0] as string)
  const there = names.length > 0 ? `has ${names.slice(0, 5).join(', ')}` : 'holds no ONNX file'
  throw new UsageError(
    `'${path}' ${there} where onnx/${wanted} is expected; give a model folder, an ONNX file or a run`,
  )
}

/**
 * What a stranger's model says of its pictures, by the file beside it or, of one in `onnx/`, above it.
 * @throws SelfsameError when there is no such file or it is damaged
 */
export async function configBeside(file: string): Promise<{ name: string; config: unknown }> {
  const folder = dirname(file)
  for (const name of [
    join(folder, CONFIG),
    ...(basename(folder) === 'onnx' ? [join(dirname(folder), CONFIG)] : []),
  ]) {
    const found = await stat(name).catch(() => undefined)
    if (!found?.isFile()) continue
    try {
      if (found.size > MOST_CONFIG) throw new Error('too long')
      return { name, config: JSON.parse(await readFile(name, 'utf8')) }
    } catch {
      throw new SelfsameError(`'${name}' is damaged; get the model again`)
    }
  }
  throw new SelfsameError(
    `'${file}' does not say how its pictures are prepared, and there is no ${CONFIG} beside it; put that file there`,
  )
}

async function onnxNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /\.onnx$/i.test(name)).sort()
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new UsageError(`'${path}' cannot be opened (${code}); make it readable or give another`)
  }
}

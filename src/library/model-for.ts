/** The model behind a path: exported ones by onnxruntime, and runs by it or by libtorch, whichever is there and fast. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors.js'
import { isRun, runPaths } from '../run/index.js'
import { setting } from '../setting.js'
import { type Progress, SILENT } from '../trainer/progress.js'
import type { OpenOptions } from '../trainer/trained.js'
import type { Model } from '../use/model/model.js'
import { EXPORT, type Quantised } from '../use/model/model-files.js'
import { openModel } from '../use/model/open-model.js'

export const ENGINES = ['auto', 'onnx', 'torch'] as const
export type Engine = (typeof ENGINES)[number]

export interface ModelForOptions extends OpenOptions {
  /** onnxruntime unless libtorch is clearly faster, unless given. */
  engine?: Engine
  quantised?: Quantised | undefined
  /** For many pictures, as `ModelOptions` has it. */
  many?: boolean
  /** A file that may be there and say which of the two computed what is gone on with, which takes the same. */
  remember?: string
  progress?: Progress
}

/** Only runs need libtorch, so that all else works where it is not. */
const ofRuns = () => import('../export/index.js')

/** Pictures of a look at the speed, and looks at each engine. */
const LOOK = 32
const LOOKS = 2
/** libtorch is taken where it needs less than this share of the time: onnxruntime's vectors are those that everybody gets. */
const CLEARLY = 0.75

/**
 * Opens a run, which is exported first where it has not been since it was trained last, or a model.
 * @throws UsageError when there is neither, SelfsameError when it cannot be exported or opened
 */
export async function modelFor(path: string, options: ModelForOptions = {}): Promise<Model> {
  const { engine = 'auto', quantised, many, progress = SILENT, remember, ...opening } = options
  if (!isRun(path)) {
    if (engine === 'torch')
      throw new UsageError(`${setting('engine', 'torch')} is for runs, and '${path}' is none; leave it out`)
    return openModel(path, { quantised, many })
  }
  if (engine === 'torch') {
    if (quantised)
      throw new UsageError(
        `${setting('quantised')} is for ${setting('engine', 'onnx')}; leave one of them out`,
      )
    return (await ofRuns()).openRunModel(path, { ...opening, progress })
  }
  await exported(path, quantised, opening, progress)
  const onnx = await openModel(path, { quantised, many })
  if (engine === 'onnx' || quantised) return onnx
  return await faster(onnx, path, opening, remember)
}

/** Exports a run unless that was done since it was trained last. */
async function exported(
  run: string,
  quantised: Quantised | undefined,
  opening: OpenOptions,
  progress: Progress,
): Promise<void> {
  const out = join(run, EXPORT)
  const name = quantised === 'int8' ? 'model_quantized' : quantised === 'fp16' ? 'model_fp16' : 'model'
  const file = join(out, 'onnx', `${name}.onnx`)
  const { encoder, best } = runPaths(run)
  const made = timeOf(file)
  if (made > 0 && made >= Math.max(timeOf(encoder), timeOf(best))) return
  progress.note(`The encoder of ${run} is exported first, to ${out}.`)
  await (await ofRuns()).exportRun(run, {
    ...opening,
    out,
    ...(quantised && { quantize: [quantised] }),
    progress,
  })
}

function timeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The same encoder by libtorch where that is there and clearly faster. */
async function faster(
  onnx: Model,
  run: string,
  opening: OpenOptions,
  remember: string | undefined,
): Promise<Model> {
  const before =
    remember !== undefined && existsSync(remember) ? readFileSync(remember, 'utf8').trim() : undefined
  if (before?.startsWith('onnx')) return onnx
  let torch: Model
  try {
    torch = await (await ofRuns()).openRunModel(run, opening)
  } catch {
    // without libtorch, or with a program of its own that is not trusted
    return onnx
  }
  const wins = before?.startsWith('libtorch') || (await timed(torch, onnx)) < CLEARLY
  await (wins ? onnx : torch).close()
  return wins ? torch : onnx
}

/** Time of one as a share of that of another, by turns. */
async function timed(one: Model, other: Model): Promise<number> {
  const { size, channels, maximum } = one.preprocessing
  const length = size * size * channels
  const data = (maximum > 255 ? new Uint16Array(length) : new Uint8Array(length)).map(
    (_, i) => (i * 37) % 251,
  )
  const pictures = Array.from({ length: LOOK }, () => ({ data, width: size, height: size, channels }))
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let look = 0; look <= LOOKS; look++) {
    for (const [i, model] of [one, other].entries()) {
      const began = performance.now()
      await model.encode(pictures)
      // the first warms up
      if (look > 0) best[i] = Math.min(best[i] as number, performance.now() - began)
    }
  }
  return (best[0] as number) / (best[1] as number)
}

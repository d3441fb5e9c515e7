/** best.safetensors: what is judged of a run as it was at its best look. Its header says of which run and step it is. */
import type { Place } from './checkpoint.js'
import { checkpointNote } from './format.js'
import { runPaths } from './run-folder.js'
import { openedWeights, type Pieces, type WeightsFile, writeWeights } from './weights.js'

const bestNote = checkpointNote.pick({ run: true, step: true })

export interface Best {
  step: number
  /** Not checked yet; the caller closes it. */
  file: WeightsFile
}

/** Replaces it. @throws SelfsameError when it cannot be written; the one before is still there then */
export function saveBest({ folder, run }: Place, step: number, pieces: Pieces): void {
  writeWeights(runPaths(folder).best, pieces, bestNote.encode({ run, step }))
}

/** Undefined where the run has none. */
export function openedBest({ folder, run }: Place): Best | undefined {
  const file = openedWeights(runPaths(folder).best)
  const { data: note } = bestNote.safeParse(file?.metadata)
  if (file && note?.run === run) return { step: note.step, file }
  file?.[Symbol.dispose]()
  return undefined
}

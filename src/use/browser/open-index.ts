/** An index that `selfsame embed` wrote, in a browser: its vectors in memory. */
import { SelfsameError } from '../../errors.js'
import { type IndexRecord, indexSchema } from '../store/format.js'
import { type Files, filesAt } from './files.js'
import { readNpy } from './npy.js'

export interface BrowserIndex {
  readonly record: IndexRecord
  readonly size: number
  readonly dimension: number
  /** `[size · dimension]`, each of length 1; numbered as in Node. */
  readonly vectors: Float32Array
}

/**
 * @param from the folder's address, or its files
 * @throws SelfsameError when there is no index, or it is damaged
 */
export async function openIndex(from: string | Files): Promise<BrowserIndex> {
  const files = typeof from === 'string' ? filesAt(from) : from
  const record = recordOf(await files.read('index.json'), files.name)
  const { dimension } = record.model
  const parts: Float32Array[] = []
  for (const { number, rows, off } of record.parts) {
    const name = `vectors-${String(number).padStart(6, '0')}.npy`
    const bytes = await files.read(name)
    if (!bytes) throw new SelfsameError(`the index '${files.name}' lacks ${name}; give all of its folder`)
    const part = readNpy(bytes, `${files.name}/${name}`)
    if (part.rows !== rows || part.columns !== dimension)
      throw new SelfsameError(
        `'${files.name}/${name}' is [${part.rows}, ${part.columns}] where index.json says [${rows}, ${dimension}]; give all of one index`,
      )
    parts.push(without(part.vectors, off, dimension))
  }
  const vectors = joined(parts)
  return { record, size: vectors.length / dimension, dimension, vectors }
}

/** Moves rows that stay to the front, in place. */
function without(vectors: Float32Array, off: readonly number[], dimension: number): Float32Array {
  const gone = new Set(off)
  let to = 0
  for (let at = 0; at < vectors.length; at += dimension) {
    if (gone.has(at / dimension)) continue
    if (to !== at) vectors.copyWithin(to, at, at + dimension)
    to += dimension
  }
  return vectors.subarray(0, to)
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0] as Float32Array
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let to = 0
  for (const part of parts) {
    all.set(part, to)
    to += part.length
  }
  return all
}

function recordOf(bytes: Uint8Array | undefined, name: string): IndexRecord {
  if (!bytes)
    throw new SelfsameError(`there is no index.json in '${name}'; give a folder that selfsame embed wrote`)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new SelfsameError(`the index.json of '${name}' is no JSON; get the index again`)
  }
  const parsed = indexSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new SelfsameError(
    `the index.json of '${name}' has a '${parsed.error.issues[0]?.path.join('.')}' that is not understood; embed the pictures again`,
  )
}

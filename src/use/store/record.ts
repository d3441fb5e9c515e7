/** `index.json`: what is in an index. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import { writeWhole } from '../../images/pack/pack-files.js'
import { type IndexRecord, indexSchema, RECORD } from './format.js'
import { REMEDIES } from './remedies.js'

/** A set of ten million pictures, each of which cannot be read, stays below. */
const MOST_BYTES = 2 ** 30

/** @throws UsageError when there is none, SelfsameError when it is damaged */
export async function readRecord(folder: string): Promise<IndexRecord> {
  const record = await recordIfAny(folder)
  if (record) return record
  throw new UsageError(`there is no index in '${folder}'; make one by 'selfsame embed'`)
}

/** The same where there need be none. @throws SelfsameError when it is damaged */
export async function recordIfAny(folder: string): Promise<IndexRecord | undefined> {
  const path = join(folder, RECORD)
  const damaged = (what: string) =>
    new SelfsameError(
      `the index '${path}' is damaged (${what}); remove its folder and embed the pictures again`,
    )
  let text: string
  try {
    if ((await stat(path)).size > MOST_BYTES) throw damaged('it is too long')
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (error instanceof SelfsameError) throw error
    throw new UsageError(`'${path}' cannot be read (${code}); make it readable`)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw damaged('it is no JSON')
  }
  const { format } = (json ?? {}) as { format?: unknown }
  if (typeof format === 'number' && format > 1)
    throw new SelfsameError(`the index '${folder}' was written by a newer version; update selfsame`)
  const parsed = indexSchema.safeParse(json)
  if (!parsed.success) throw damaged(`'${parsed.error.issues[0]?.path.join('.')}'`)
  for (const { rows, off, number } of parsed.data.parts) {
    if (off.some((row, i) => row >= rows || (i > 0 && row <= (off[i - 1] as number))))
      throw damaged(`rows that are off in part ${number}`)
  }
  return parsed.data
}

/** In one step: what is there before it is there until it is done. */
export async function writeRecord(folder: string, record: IndexRecord): Promise<void> {
  await writeWhole(join(folder, RECORD), `${JSON.stringify(record)}\n`, REMEDIES)
}

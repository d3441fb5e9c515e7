/**
 * An index on disk: a folder of `index.json` and parts, each a matrix of vectors and a table of rows.
 *
 *     index.json            what is here, for which model; replaced in one step, and what it does not name is not there
 *     vectors-000001.npy    float32 [rows, dimension], each of length 1
 *     rows-000001.parquet   ROW_COLUMNS, a row for each vector
 *
 * Adding writes new parts; a picture that changed or is gone is taken off by its row's number; a part of which more is off
 * than on is written anew. So an update costs what changed, and a kill costs what was not yet named.
 */
import * as z from 'zod'
import { preprocessingSchema } from '../model/preprocessing.js'

export const INDEX_FORMAT = 1

export const indexSchema = z.strictObject({
  format: z.literal(INDEX_FORMAT),
  model: z.strictObject({
    /** `Model.id`: vectors of another are never mixed in. */
    id: z.string(),
    /** Where it was, as a path or name, to find it again for pictures from outside. */
    from: z.string(),
    dimension: z.int().positive(),
    preprocessing: preprocessingSchema,
  }),
  /** What was embedded: a set's name, or a path, absolute where it was one. */
  data: z.array(z.string()).min(1),
  parts: z.array(
    z.strictObject({
      /** 1 for `vectors-000001.npy` and `rows-000001.parquet`. */
      number: z.int().positive(),
      rows: z.int().positive(),
      /** Rows of the part that are no longer there, ascending. */
      off: z.array(z.int().nonnegative()),
    }),
  ),
  /** Pictures that could not be read: path and why. */
  unread: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
})

export type IndexRecord = z.infer<typeof indexSchema>

/** What is known of each picture. */
export interface Row {
  /** As its set lists it; with several sets behind the set's own name and a slash. */
  path: string
  /** Name of its class, where the set has classes. */
  label: string | null
  /** SHA-256 in hex of the file's bytes, or of the values where a picture is no file of its own. */
  digest: string
  /** Length of the file and when it was last changed, ms since 1970: both the same, it is not read again. */
  bytes: number | null
  modified: number | null
  /** As shown, px, before any shrinking. */
  width: number
  height: number
  /** When it was taken, by its EXIF, ms since 1970 without a time zone. */
  taken: number | null
  /** JPEG or, of pictures of up to 32 px, PNG; sides of at most `THUMBNAIL` px. */
  thumbnail: Uint8Array
}

/** Names of all that is known of a picture, in their order in a part. */
export const ROW_COLUMNS = [
  'path',
  'label',
  'digest',
  'bytes',
  'modified',
  'width',
  'height',
  'taken',
  'thumbnail',
] as const satisfies readonly (keyof Row)[]

/** Names of files in an index's folder. */
export const RECORD = 'index.json'
export const LOCK = 'lock'
/** What an update that is not finished has done so far. */
export const UNFINISHED = 'unfinished'

export function vectorsName(number: number): string {
  return `vectors-${String(number).padStart(6, '0')}.npy`
}

export function rowsName(number: number): string {
  return `rows-${String(number).padStart(6, '0')}.parquet`
}

export const THUMBNAIL = 96
/** Rows of a full part: 16,384 vectors of 512 numbers are 32 MiB. */
export const PART_ROWS = 16_384

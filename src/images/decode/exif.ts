/** When a picture was taken and by which camera, as its EXIF block says: three tags of a TIFF's directories (JEITA CP-3451, 4.6). */

export interface Taken {
  /** Milliseconds since 1970 by the camera's own clock, of which it may not say where on earth it was. */
  at: number
  /** Its model; empty where that is not said. */
  camera: string
}

const CAMERA = 0x0110
const EXIF_DIRECTORY = 0x8769
const TAKEN = 0x9003
const FRACTION = 0x9291

const ASCII = 2
const UINT32 = 4
/** Of a text, in bytes: a date has 20, and names of cameras less. */
const MOST_TEXT = 64
const ENTRY = 12

/**
 * Undefined where the block does not say when, or is not as it should be; whatever its numbers claim, nothing beyond it is read.
 * @param exif as libvips gives it, with or without `Exif` and two zeros before it
 */
export function takenIn(exif: Uint8Array): Taken | undefined {
  const start = Buffer.from(exif.subarray(0, 6)).equals(Buffer.from('Exif\0\0')) ? 6 : 0
  const bytes = exif.subarray(start)
  if (bytes.length < 8) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const order = view.getUint16(0)
  const little = order === 0x4949
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return undefined
  const block = { bytes, view, little }
  const first = view.getUint32(4, little)
  const inner = entryOf(block, first, EXIF_DIRECTORY)
  if (inner?.type !== UINT32) return undefined
  const at = view.getUint32(inner.at + 8, little)
  const time = millisecondsOf(textOf(block, at, TAKEN), textOf(block, at, FRACTION))
  return time === undefined ? undefined : { at: time, camera: textOf(block, first, CAMERA) ?? '' }
}

interface Block {
  bytes: Uint8Array
  view: DataView
  little: boolean
}

/** Where a directory's entry of a tag lies, and of what type it is. */
function entryOf(
  { view, little }: Block,
  directory: number,
  tag: number,
): { at: number; type: number } | undefined {
  if (directory + 2 > view.byteLength) return undefined
  const count = Math.min(
    view.getUint16(directory, little),
    Math.floor((view.byteLength - directory - 2) / ENTRY),
  )
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + ENTRY * i
    if (view.getUint16(at, little) === tag) return { at, type: view.getUint16(at + 2, little) }
  }
  return undefined
}

function textOf(block: Block, directory: number, tag: number): string | undefined {
  const { bytes, view, little } = block
  const entry = entryOf(block, directory, tag)
  if (entry?.type !== ASCII) return undefined
  const length = view.getUint32(entry.at + 4, little)
  // four bytes or fewer stand in place of where they would lie
  const from = length <= 4 ? entry.at + 8 : view.getUint32(entry.at + 8, little)
  if (length > MOST_TEXT || from + length > bytes.length) return undefined
  const text = Buffer.from(bytes.subarray(from, from + length)).toString('latin1')
  return text.split('\0', 1)[0]?.trim()
}

function millisecondsOf(taken: string | undefined, fraction: string | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] = (
    /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)$/.exec(taken ?? '') ?? []
  ).map(Number) as [number, number?, number?, number?, number?, number?, number?]
  if (year === undefined || month === undefined || day === undefined) return undefined
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  const read = new Date(time)
  // what no calendar has would be another day
  if (read.getUTCMonth() + 1 !== month || read.getUTCDate() !== day) return undefined
  const [digits = ''] = /^\d{1,9}/.exec(fraction ?? '') ?? []
  return time + Math.floor(1000 * Number(`0.${digits || 0}`))
}

/** What a picture's EXIF block says of when, by which camera and how upright it was taken: tags of a TIFF's directories (JEITA CP-3451, 4.6). */

export interface Taken {
  /** Milliseconds since 1970 by the camera's own clock, of which it may not say where on earth it was. */
  at: number
  /** Its model; empty where that is not said. */
  camera: string
}

export interface Exif {
  /** When it was taken, or else digitised, or else the file changed: ms since 1970 by the camera's clock, whole seconds. */
  taken?: number
  /** 1 to 8; from 5 on width and height are exchanged. */
  orientation?: number
  /** Only where it says when it was taken. */
  original?: Taken
}

const CAMERA = 0x0110
const ORIENTATION = 0x0112
const CHANGED = 0x0132
const EXIF_DIRECTORY = 0x8769
const TAKEN = 0x9003
const DIGITISED = 0x9004
const FRACTION = 0x9291

const ASCII = 2
const UINT32 = 4
/** Of a text, in bytes: a date has 20, and names of cameras less. */
const MOST_TEXT = 64
const ENTRY = 12

/**
 * Says nothing of what the block does not say, or not as it should; whatever its numbers claim, nothing beyond it is read.
 * @param exif from the byte order on, with or without `Exif` and two zeros before it
 */
export function readExif(exif: Uint8Array): Exif {
  const start = Buffer.from(exif.subarray(0, 6)).equals(Buffer.from('Exif\0\0')) ? 6 : 0
  const bytes = exif.subarray(start)
  if (bytes.length < 8) return {}
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const order = view.getUint16(0)
  const little = order === 0x4949
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return {}
  const block = { bytes, view, little }
  const first = view.getUint32(4, little)
  const turn = entryOf(block, first, ORIENTATION)
  const inner = entryOf(block, first, EXIF_DIRECTORY)
  const directory = inner?.type === UINT32 ? view.getUint32(inner.at + 8, little) : undefined
  const within = (tag: number) => (directory === undefined ? undefined : textOf(block, directory, tag))
  const at = millisecondsOf(within(TAKEN))
  const taken = at ?? millisecondsOf(within(DIGITISED)) ?? millisecondsOf(textOf(block, first, CHANGED))
  return {
    ...(taken !== undefined && { taken }),
    ...(turn && { orientation: view.getUint16(turn.at + 8, little) }),
    ...(at !== undefined && {
      original: { at: at + fractionOf(within(FRACTION)), camera: textOf(block, first, CAMERA) ?? '' },
    }),
  }
}

/** When and by which camera it was taken; undefined where the block does not say when. */
export function takenIn(exif: Uint8Array): Taken | undefined {
  return readExif(exif).original
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

function millisecondsOf(taken: string | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] = (
    /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)$/.exec(taken ?? '') ?? []
  ).map(Number) as [number, number?, number?, number?, number?, number?, number?]
  if (year === undefined || month === undefined || day === undefined) return undefined
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  const read = new Date(time)
  // what no calendar has would be another day
  if (read.getUTCMonth() + 1 !== month || read.getUTCDate() !== day) return undefined
  return time
}

/** Of a second, in ms. */
function fractionOf(text: string | undefined): number {
  const [digits = ''] = /^\d{1,9}/.exec(text ?? '') ?? []
  return Math.floor(1000 * Number(`0.${digits || 0}`))
}

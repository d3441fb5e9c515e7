/** When a photograph was taken, by its EXIF block (CIPA DC-008, TIFF 6.0). */

const DATE_TIME = 0x0132
const EXIF_FOLDER = 0x8769
const ORIGINAL = 0x9003
const DIGITISED = 0x9004
const ASCII = 2
const ORIENTATION = 0x0112
/** A folder of more entries is damaged. */
const MOST_ENTRIES = 512

export interface Exif {
  /** ms since 1970 as the camera's clock had it, without a time zone */
  taken?: number
  /** 1 to 8; from 5 on width and height are exchanged */
  orientation?: number
}

/** @param block from the byte order on, with or without `Exif\0\0` before it; a damaged one says nothing */
export function readExif(block: Uint8Array): Exif {
  const start = block[0] === 0x45 && block[1] === 0x78 ? 6 : 0
  const view = new DataView(block.buffer, block.byteOffset + start, Math.max(0, block.byteLength - start))
  try {
    const little = view.getUint16(0) === 0x4949
    if (!little && view.getUint16(0) !== 0x4d4d) return {}
    const top = folder(view, view.getUint32(4, little), little)
    const inner = top.get(EXIF_FOLDER)
    const exif = inner === undefined ? undefined : folder(view, view.getUint32(inner + 8, little), little)
    const turn = top.get(ORIENTATION)
    const orientation = turn === undefined ? undefined : view.getUint16(turn + 8, little)
    const taken =
      date(view, exif?.get(ORIGINAL), little) ??
      date(view, exif?.get(DIGITISED), little) ??
      date(view, top.get(DATE_TIME), little)
    return { ...(taken !== undefined && { taken }), ...(orientation !== undefined && { orientation }) }
  } catch {
    // a part of it lies beyond its end
    return {}
  }
}

/** Where the entries of a folder begin, by tag. */
function folder(view: DataView, at: number, little: boolean): Map<number, number> {
  const count = view.getUint16(at, little)
  const found = new Map<number, number>()
  for (let i = 0; i < Math.min(count, MOST_ENTRIES); i++) {
    const entry = at + 2 + 12 * i
    found.set(view.getUint16(entry, little), entry)
  }
  return found
}

/** '2024:05:31 18:20:07' as a number. */
function date(view: DataView, entry: number | undefined, little: boolean): number | undefined {
  if (
    entry === undefined ||
    view.getUint16(entry + 2, little) !== ASCII ||
    view.getUint32(entry + 4, little) < 19
  )
    return undefined
  const at = view.getUint32(entry + 8, little)
  const text = Array.from({ length: 19 }, (_, i) => String.fromCharCode(view.getUint8(at + i))).join('')
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)$/.exec(text)?.map(Number) ?? []
  const time = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
  // cameras whose clock was never set write zeros
  return year && month && day && Number.isFinite(time) ? time : undefined
}

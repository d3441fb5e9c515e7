/** What an uncompressed TIFF is made of. */
export interface TiffParts {
  width: number
  height: number
  bands: number
  /** `[height, width, bands]`; the kind of array gives bits and sample format */
  data: Uint8Array | Uint16Array | Int16Array | Uint32Array | Float32Array
  /** PhotometricInterpretation; 1 (grey) unless given */
  photometric?: number
  /** ExtraSamples; 0 (anything) for each band that is no colour, unless given */
  extra?: number[]
  /** each band by itself (PlanarConfiguration 2) */
  planar?: boolean
  /** Orientation */
  orientation?: number
}

const [SHORT, LONG] = [3, 4]

/** Writes a little-endian TIFF by the specification (revision 6.0), independent of what reads it. */
export function tiffFile(parts: TiffParts): Buffer {
  const { width, height, bands, data, photometric = 1, planar = false, orientation = 1 } = parts
  const colours = photometric === 2 ? 3 : 1
  const extra = parts.extra ?? Array<number>(Math.max(0, bands - colours)).fill(0)
  const format = data instanceof Float32Array ? 3 : data instanceof Int16Array ? 2 : 1
  const strips = planar ? planes(data, bands) : [bytesOf(data)]
  const tags: [tag: number, type: number, values: number[]][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array<number>(bands).fill(8 * data.BYTES_PER_ELEMENT)],
    [259, SHORT, [1]],
    [262, SHORT, [photometric]],
    [273, LONG, strips.map(() => 0)],
    [274, SHORT, [orientation]],
    [277, SHORT, [bands]],
    [278, LONG, [height]],
    [279, LONG, strips.map((strip) => strip.length)],
    [284, SHORT, [planar ? 2 : 1]],
    ...(extra.length > 0 ? ([[338, SHORT, extra]] as [number, number, number[]][]) : []),
    [339, SHORT, Array<number>(bands).fill(format)],
  ]
  const sizeOf = (type: number, values: number[]) => values.length * (type === SHORT ? 2 : 4)
  const directory = 8 + 2 + 12 * tags.length + 4
  let end = directory
  for (const [, type, values] of tags) if (sizeOf(type, values) > 4) end += sizeOf(type, values)
  const offsets = tags.find(([tag]) => tag === 273)?.[2] ?? []
  for (const [i, strip] of strips.entries()) {
    offsets[i] = end
    end += strip.length
  }
  const file = Buffer.alloc(end)
  file.write('II*\0', 'latin1')
  file.writeUInt32LE(8, 4)
  file.writeUInt16LE(tags.length, 8)
  let away = directory
  for (const [i, [tag, type, values]] of tags.entries()) {
    const entry = 10 + 12 * i
    file.writeUInt16LE(tag, entry)
    file.writeUInt16LE(type, entry + 2)
    file.writeUInt32LE(values.length, entry + 4)
    let at = entry + 8
    if (sizeOf(type, values) > 4) {
      file.writeUInt32LE(away, at)
      at = away
      away += sizeOf(type, values)
    }
    for (const value of values)
      at = type === SHORT ? file.writeUInt16LE(value, at) : file.writeUInt32LE(value, at)
  }
  for (const [i, strip] of strips.entries()) strip.copy(file, offsets[i])
  return file
}

function planes(data: TiffParts['data'], bands: number): Buffer[] {
  return Array.from({ length: bands }, (_, band) => {
    const plane = data.slice(0, data.length / bands)
    for (let at = 0; at < plane.length; at++) plane[at] = data[at * bands + band] as number
    return bytesOf(plane)
  })
}

function bytesOf(data: TiffParts['data']): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

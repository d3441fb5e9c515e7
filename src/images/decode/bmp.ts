import { type Bands, Unread } from './bands.js'
import { type BmpHeader, bmpHeader } from './bmp-header.js'
import { unpackRuns } from './bmp-runs.js'
import type { Stored } from './stored.js'

/** Reads a Windows or OS/2 bitmap. Memory is taken only once the file is known to be as long as its header says. */
export async function readBmp(stored: Stored): Promise<Bands> {
  const header = await bmpHeader(stored)
  const { width, height, bits, offset, runs, palette } = header
  const stride = Math.ceil((width * bits) / 32) * 4
  if (!runs && stored.size < offset + stride * height) throw new Unread('the file is cut short')
  // runs are at most two bytes a pixel, and a program may have jumped about between them
  const length = runs ? 4 * width * height + 4 * height + 4096 : stride * height
  const bytes = await stored.at(offset, length)
  const rows = runs ? unpackRuns(bytes, width, height, bits === 4) : bytes
  if (palette) return inPalette(header, rows, runs ? width : stride, palette)
  if (header.masks) return inFields(header, rows, stride, header.masks)
  return inColour(header, rows, stride)
}

/** The place of a row in the file; most have the lowest row first. */
function rowStart({ height, topDown }: BmpHeader, y: number, stride: number): number {
  return (topDown ? y : height - 1 - y) * stride
}

function inPalette(header: BmpHeader, rows: Uint8Array, stride: number, palette: Uint8Array): Bands {
  const { width, height, grey } = header
  const channels = grey ? 1 : 3
  const data = new Uint8Array(width * height * channels)
  // runs are unpacked to a byte a pixel
  const bits = header.runs ? 8 : header.bits
  const perByte = 8 / bits
  const mask = 2 ** bits - 1
  let to = 0
  for (let y = 0; y < height; y++) {
    const start = rowStart(header, y, stride)
    for (let x = 0; x < width; x++) {
      const byte = rows[start + Math.floor(x / perByte)] as number
      const index = (byte >> (8 - bits - (x % perByte) * bits)) & mask
      // an index beyond the palette is black
      for (let channel = 0; channel < channels; channel++) data[to++] = palette[3 * index + channel] ?? 0
    }
  }
  return { data, width, height, channels, maximum: 255, alpha: false }
}

function inColour(header: BmpHeader, rows: Uint8Array, stride: number): Bands {
  const { width, height, bits } = header
  const data = new Uint8Array(width * height * 3)
  const step = bits / 8
  let to = 0
  for (let y = 0; y < height; y++) {
    let at = rowStart(header, y, stride)
    for (let x = 0; x < width; x++, at += step) {
      data[to++] = rows[at + 2] as number
      data[to++] = rows[at + 1] as number
      data[to++] = rows[at] as number
    }
  }
  return { data, width, height, channels: 3, maximum: 255, alpha: false }
}

interface Field {
  shift: number
  /** value of full brightness */
  top: number
}

function inFields(
  header: BmpHeader,
  rows: Buffer | Uint8Array,
  stride: number,
  masks: readonly number[],
): Bands {
  const { width, height, bits } = header
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength)
  const fields = masks.map(field)
  const channels = fields.length
  const data = new Uint8Array(width * height * channels)
  let to = 0
  let seen = 0
  for (let y = 0; y < height; y++) {
    let at = rowStart(header, y, stride)
    for (let x = 0; x < width; x++, at += bits / 8) {
      const pixel = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true)
      for (const { shift, top } of fields) data[to++] = top && (((pixel >>> shift) & top) / top) * 255 + 0.5
      if (channels === 4) seen |= data[to - 1] as number
    }
  }
  const bands = { data, width, height, channels, maximum: 255, alpha: channels === 4 }
  // many programs leave the opacity at zero everywhere and mean an opaque picture
  if (channels === 4 && seen === 0) for (let at = 3; at < data.length; at += 4) data[at] = 255
  return bands
}

function field(mask: number): Field {
  if (mask === 0) return { shift: 0, top: 0 }
  const shift = 31 - Math.clz32(mask & -mask)
  return { shift, top: mask >>> shift }
}

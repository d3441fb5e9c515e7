import { type Bands, Unread } from './bands.js'
import { MAX_PIXELS } from './limits.js'
import type { Stored } from './stored.js'

/** What the header of a PBM, PGM or PPM states. */
export interface PnmHeader {
  width: number
  height: number
  channels: 1 | 3
  /** value of full brightness, 1 to 65,535 */
  maximum: number
  /** P1 to P6 */
  kind: number
  /** where the pixels begin, in bytes */
  offset: number
}

const HEADER = /^P([1-6])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)/
const MAXIMUM = /^(?:\s|#[^\n]*\n)+(\d+)/

/** Reads and checks the header. @throws Unread */
export async function pnmHeader(stored: Stored): Promise<PnmHeader> {
  const text = (await stored.at(0, 4096)).toString('latin1')
  const [all, kind, width, height] = HEADER.exec(text) ?? []
  const bitmap = kind === '1' || kind === '4'
  const [more, top] = bitmap ? ['', '1'] : (MAXIMUM.exec(text.slice(all?.length)) ?? [])
  const size = Number(width) * Number(height)
  const maximum = Number(top)
  if (all === undefined || more === undefined || !(size > 0) || !(maximum >= 1 && maximum <= 65_535))
    throw new Unread('its PNM header is damaged')
  if (size > MAX_PIXELS) throw new Unread(`it claims more than ${MAX_PIXELS / 1e6} megapixels`)
  const channels = kind === '3' || kind === '6' ? 3 : 1
  const offset = all.length + more.length + 1
  return { width: Number(width), height: Number(height), channels, maximum, kind: Number(kind), offset }
}

/** Reads a picture in one of netpbm's formats, P1 to P6. @throws Unread */
export async function readPnm(stored: Stored): Promise<Bands> {
  const { width, height, channels, maximum, kind, offset } = await pnmHeader(stored)
  const row = width * channels
  const stride = kind === 4 ? Math.ceil(width / 8) : row * (maximum > 255 ? 2 : 1)
  const count = row * height
  // as text a value takes a digit and a space at least, and hardly more than 16 bytes
  const least = kind === 1 ? count : kind < 4 ? 2 * count - 1 : stride * height
  if (stored.size - offset < least) throw new Unread('the file is cut short')
  const bytes = await stored.at(offset, kind < 4 ? 16 * count + 4096 : least)
  const next = kind < 4 ? numbers(bytes, kind === 1) : undefined
  const data = maximum > 255 ? new Uint16Array(count) : new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const at = Math.floor(i / row) * stride
    const x = i % row
    let value: number
    if (next) value = next()
    else if (kind === 4) value = ((bytes[at + (x >> 3)] as number) >> (7 - (x % 8))) & 1
    else value = maximum > 255 ? bytes.readUInt16BE(at + 2 * x) : (bytes[at + x] as number)
    value = Math.min(value, maximum)
    // 1 is black in a bitmap
    if (kind === 1 || kind === 4) value = 1 - value
    data[i] = maximum > 255 ? value : (value * 255) / maximum + 0.5
  }
  return { data, width, height, channels, maximum: Math.max(255, maximum), alpha: false }
}

/** The numbers of a text, one a call; of a bitmap every digit is one. @throws Unread when there are no more */
function numbers(text: Buffer, digits: boolean): () => number {
  let at = 0
  const digit = () => {
    const value = (text[at] ?? 0) - 48
    return value >= 0 && value <= 9 ? value : undefined
  }
  return () => {
    for (; at < text.length && digit() === undefined; at++) {
      if (text[at] === HASH) while (at < text.length && text[at] !== LINE_END) at++
    }
    if (at >= text.length) throw new Unread('the file is cut short')
    let value = 0
    for (let one = digit(); one !== undefined; one = digit()) {
      value = value * 10 + one
      at++
      if (digits) break
    }
    return value
  }
}

const HASH = 35
const LINE_END = 10

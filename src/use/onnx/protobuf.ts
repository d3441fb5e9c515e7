/** As much of protobuf's wire format as ONNX files need (https://protobuf.dev/programming-guides/encoding). */
import { SelfsameError } from '../../errors.js'

/** A field's bytes, tag and all; parts are not copied until the whole is put together. */
export type Field = Uint8Array[]

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2
const FIXED32 = 5

/** An integer of up to 64 bits; negative ones as two's complement. */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 0x80 : low)
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}

export function int(number: number, value: number | bigint): Field {
  return [varint((number << 3) | VARINT), varint(value)]
}

export function float(number: number, value: number): Field {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return [varint((number << 3) | FIXED32), bytes]
}

export function bytes(number: number, value: Uint8Array): Field {
  return [varint((number << 3) | LENGTH), varint(value.length), value]
}

export function text(number: number, value: string): Field {
  return bytes(number, new TextEncoder().encode(value))
}

/** A message inside of another. */
export function message(number: number, ...fields: Field[]): Field {
  const parts = fields.flat()
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [varint((number << 3) | LENGTH), varint(length), ...parts]
}

/** The bytes of fields one after another. */
export function joined(fields: readonly Field[]): Uint8Array {
  const parts = fields.flat()
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** A field that was read: a number, or bytes where the field has a length. */
export interface Read {
  number: number
  value: bigint | Uint8Array
}

/**
 * The fields of a message in the order in which they stand; what has a length is a view of `from`, not looked into.
 * @throws SelfsameError where a field ends beyond the message, or is of a kind that nothing writes any more
 */
export function* fields(from: Uint8Array): Generator<Read> {
  let at = 0
  const number = () => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = from[at++]
      if (byte === undefined) throw damaged()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw damaged()
  }
  const take = (length: number) => {
    if (length > from.length - at) throw damaged()
    at += length
    return from.subarray(at - length, at)
  }
  while (at < from.length) {
    const tag = Number(number())
    const kind = tag & 7
    if (kind === VARINT) yield { number: tag >>> 3, value: number() }
    else if (kind === LENGTH) yield { number: tag >>> 3, value: take(Number(number())) }
    else if (kind === FIXED32) yield { number: tag >>> 3, value: take(4) }
    else if (kind === FIXED64) yield { number: tag >>> 3, value: take(8) }
    else throw damaged()
  }
}

function damaged(): SelfsameError {
  return new SelfsameError('the file is no ONNX model, or is cut short: write or fetch it again')
}

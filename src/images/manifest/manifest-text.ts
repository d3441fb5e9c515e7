import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { UsageError } from '../../errors.js'

const CHUNK = 2 ** 18

/**
 * The text of a file, piece by piece: UTF-8, or UTF-16 where its first two bytes say so.
 * @throws UsageError when it cannot be read
 */
export async function* textOf(path: string): AsyncGenerator<string, void, undefined> {
  let decoder: StringDecoder | undefined
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
      const bytes = chunk as Buffer
      if (decoder) yield decoder.write(bytes)
      else {
        const wide = bytes[0] === 0xff && bytes[1] === 0xfe
        decoder = new StringDecoder(wide ? 'utf16le' : 'utf8')
        yield decoder.write(bytes).replace(/^\ufeff/, '')
      }
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    throw new UsageError(`'${path}' cannot be read (${code}); make it readable or give another`)
  }
  const rest = decoder?.end() ?? ''
  if (rest !== '') yield rest
}

/**
 * Decodes damaged pictures one after another, in a process of its own that may crash. Told by its arguments: the folder
 * of the corpus, a folder to write to, the first seed, and the seed to end before. Says on stdout what it does.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { type DecodeOptions, decode, readHeader } from '../../../src/images/decode/decode.js'
import { type Picture, PictureError } from '../../../src/images/picture.js'
import { mutated, randomOf } from './mutate.js'

const [corpusFolder = '', out = '', from = '0', to = '0'] = process.argv.slice(2)
const names = readdirSync(corpusFolder).sort()
const corpus = names.map((name) => readFileSync(join(corpusFolder, name)))

// most pictures lack so many channels that asking for them decodes nothing
const OPTIONS: readonly DecodeOptions[] = [
  {},
  {},
  {},
  { shrinkTo: 20 },
  { shrinkTo: 20 },
  { channels: 1 },
  { channels: 1, shrinkTo: 8 },
  { channels: 1, maximum: 65_535 },
  { channels: 3, maximum: 1023 },
  { channels: 3, maximum: 4095, shrinkTo: 20 },
  { channels: 4 },
  { channels: 5, maximum: 65_535 },
  { channels: 13, maximum: 1023, shrinkTo: 8 },
]

const SLOW = 20_000

/** Outcome in a few words; a fault begins with '!'. */
function judged(told: Picture | unknown, options: DecodeOptions): string {
  if (told instanceof PictureError) {
    const { reason } = told
    return /^[a-z][^\n]{8,160}[^.\n]$/.test(reason) ? reason : `!reason ${JSON.stringify(reason)}`
  }
  if (told instanceof Error || typeof told !== 'object') return `!${String((told as Error).stack ?? told)}`
  const { data, width, height, channels } = told as Picture
  const top = options.maximum ?? 255
  const sound =
    Number.isInteger(width) &&
    width > 0 &&
    height > 0 &&
    channels === (options.channels ?? 3) &&
    data.length === width * height * channels &&
    (top > 255 ? data instanceof Uint16Array : data instanceof Uint8Array) &&
    (top === 65_535 || top <= 255 || data.every((value) => value <= top))
  return sound
    ? `picture ${width} x ${height}`
    : `!picture ${width} x ${height} x ${channels}, ${data.length} values`
}

async function timed(work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(new Error(`it takes longer than ${SLOW / 1000} seconds`)), SLOW)
  })
  return await Promise.race([work.catch((error: unknown) => error), late]).finally(() => clearTimeout(timer))
}

for (let seed = Number(from); seed < Number(to); seed++) {
  const { origin, bytes } = mutated(corpus, seed)
  const name = names[origin] as string
  // said before, as the process may not live to say it after
  process.stdout.write(`${JSON.stringify({ seed, name })}\n`)
  const path = join(out, `${seed % 4}${extname(name)}`)
  writeFileSync(path, bytes)
  const options = OPTIONS[Math.floor(randomOf(~seed)() * OPTIONS.length)] as DecodeOptions
  const byPath = judged(await timed(decode(path, options)), options)
  const byBytes = judged(await timed(decode(bytes, options)), options)
  const header = await timed(readHeader(path))
  const faults = [byPath, byBytes].filter((outcome) => outcome.startsWith('!'))
  if (byPath !== byBytes) faults.push(`!as a file '${byPath}', as bytes '${byBytes}'`)
  if (header instanceof Error && !(header instanceof PictureError)) faults.push(`!header ${header.stack}`)
  if (seed % 100 === 0) global.gc?.()
  process.stdout.write(
    `${JSON.stringify({ seed, outcome: byPath, faults, rss: process.memoryUsage.rss() })}\n`,
  )
}

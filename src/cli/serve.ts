/** An encoder over HTTP. */
import { type Command, Option } from 'commander'
import { printable } from '../printable.js'
import { LIMITS } from '../use/serve/limits.js'
import { logLine } from '../use/serve/log.js'
import { openServed } from '../use/serve/open.js'
import { PORT, serve } from '../use/serve/serve.js'
import { readToken } from '../use/serve/token.js'
import { counting, decimalIn, wholeIn } from './numbers.js'
import { inOptions } from './option-words.js'
import { say } from './say.js'
import { StopRequest } from './stop.js'

interface ServeWords {
  model?: string
  host?: string
  port: number
  tokenFile?: string
  allowHost: string[]
  allowOrigin: string[]
  log?: 'text' | 'json' | true
  queue: number
  batch: number
  maxMb: number
  maxMegapixels: number
  stopSeconds: number
  json?: boolean
}

const repeated = (text: string, list: string[]) => [...list, text]

export function define(command: Command): void {
  command
    .argument('<what>', 'a model folder, an ONNX file, a run that was exported, or an index')
    .option('--model <path>', 'of an index, where its model is now')
    .option('--host <address>', 'where to listen; any but this machine alone needs a token', '127.0.0.1')
    .option('--port <n>', '0 finds a free one', wholeIn({ from: 0, to: 65_535 }), PORT)
    .option('--token-file <file>', 'holds the token that is asked for; without it SELFSAME_TOKEN does')
    .option('--allow-host <name>', 'another name of this server (repeatable)', repeated, [])
    .option(
      '--allow-origin <origin>',
      'web pages that may ask, such as https://mine.example, or * (repeatable)',
      repeated,
      [],
    )
    .addOption(
      new Option('--log [form]', 'a line for each request on standard error').choices(['text', 'json']),
    )
    .option(
      '--queue <n>',
      'pictures held at a time; beyond it requests are refused with 503',
      counting,
      LIMITS.queue,
    )
    .option('--batch <n>', 'pictures that the model is shown at a time', counting, LIMITS.batch)
    .option('--max-mb <n>', 'of a request', decimalIn({ above: 0, to: 1024 }), LIMITS.bodyBytes / 2 ** 20)
    .option('--max-megapixels <n>', 'of a picture', decimalIn({ above: 0, to: 100 }), LIMITS.pixels / 1e6)
    .option(
      '--stop-seconds <n>',
      'that work in flight has at the end',
      decimalIn({ from: 0, to: 3600 }),
      LIMITS.stopSeconds,
    )
    .option('--json', 'print one JSON object with the address')
    .addHelpText(
      'after',
      '\nExample:\n  npx selfsame serve runs/mine\n  curl -H "content-type: image/jpeg" --data-binary @cat.jpg http://127.0.0.1:8765/v1/vector',
    )
    .action(serveVerb)
}

async function serveVerb(what: string, words: ServeWords): Promise<void> {
  const { host, port, allowHost, allowOrigin, log, queue, batch, stopSeconds, json } = words
  const note = (sentence: string) => process.stderr.write(`${printable(inOptions(sentence))}\n`)
  const token = await readToken(words.tokenFile)
  const served = await openServed(what, words.model)
  const serving = await serve({
    ...served,
    ...(host !== undefined && { host }),
    port,
    ...(token !== undefined && { token }),
    allowHosts: allowHost,
    allowOrigins: allowOrigin,
    limits: {
      queue,
      batch,
      bodyBytes: Math.floor(words.maxMb * 2 ** 20),
      pixels: Math.floor(words.maxMegapixels * 1e6),
      stopSeconds,
    },
    ...(log !== undefined && {
      log: (logged) => process.stderr.write(`${logLine(logged, log === 'json' ? 'json' : 'text')}\n`),
    }),
    note,
  })
  const { url, pictures } = serving
  const { id, dimension } = served.model
  if (json) say(JSON.stringify({ url, port: serving.port, model: id, dimension, pictures: pictures ?? null }))
  else {
    const of = pictures === undefined ? '' : ` and ${pictures.toLocaleString('en')} pictures`
    say(
      `Serving vectors of ${dimension} numbers${of} at ${url}; ${url}/openapi.json says what can be asked. Ctrl-C stops.`,
    )
  }
  const stop = new StopRequest(() => note('Stopping: work in flight ends first.'))
  await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }))
  await serving.stop()
  stop.end()
}

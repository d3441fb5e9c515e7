#!/usr/bin/env node
// Shows the page on this machine: node examples/browser/serve.mjs --model runs/mine/export [--port 8080]
// Elsewhere any server of files does: the page with selfsame.js and onnxruntime-web's three files in vendor/, a model in model/.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, extname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}
const { values } = parseArgs({
  options: { model: { type: 'string' }, port: { type: 'string', default: '8080' }, ort: { type: 'string' } },
})
const here = dirname(fileURLToPath(import.meta.url))
const ort = values.ort ?? onnxruntimeWeb()
const folders = {
  '/vendor/selfsame.js': join(here, '../../dist/browser/selfsame.js'),
  '/vendor/': ort,
  '/model/': values.model ?? join(here, 'model'),
  '/': here,
}

const server = createServer((request, response) => {
  const file = fileOf(decodeURIComponent(new URL(`http://self${request.url}`).pathname))
  if (file === undefined) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': statSync(file).size,
    // a page that no other can reach into may compute with several threads
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  })
  createReadStream(file).pipe(response)
})
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`)
})

/** The file of a path, never one outside of its folder. */
function fileOf(path) {
  const start = Object.keys(folders).find(
    (one) => path === one || (one.endsWith('/') && path.startsWith(one)),
  )
  const folder = resolve(folders[start])
  const file =
    path === start && !start.endsWith('/') ? folder : join(folder, path.slice(start.length) || 'index.html')
  const isInside = file === folder || file.startsWith(folder + sep)
  return isInside && existsSync(file) && statSync(file).isFile() ? file : undefined
}

function onnxruntimeWeb() {
  try {
    return dirname(createRequire(import.meta.url).resolve('onnxruntime-web'))
  } catch {
    console.error('the page needs onnxruntime-web: npm install --no-save onnxruntime-web@1.30.0')
    process.exit(1)
  }
}

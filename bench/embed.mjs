#!/usr/bin/env node
// Embedding a folder of pictures end to end, in turn, each in a process of its own: ours into an array and into an index, the bare
// onnxruntime session on pictures that are ready, and transformers.js on the same ONNX file and pictures. Wall time tells little on
// a machine that others use, the processor's time of a picture (all threads) tells the same.
// Usage: node bench/embed.mjs FOLDER [--size 64] [--limit 1000] [--rounds 3] [--peer .cache/peers]
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { embedToFile, openModel, updateIndex } from '../dist/use/index.js'
import { resnet18 } from './models/resnet18.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '64' },
    limit: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    peer: { type: 'string', default: fileURLToPath(new URL('../.cache/peers', import.meta.url)) },
    // what this process measures for its parent
    part: { type: 'string' },
    scratch: { type: 'string' },
  },
})
const size = Number(values.size)
const BATCH = 32
const WARM = 96
const PARTS = ['bare', 'array', 'index', 'transformers.js']

if (values.part) console.log(JSON.stringify(await measure(values.part, values.scratch)))
else compare()

async function measure(part, scratch) {
  const model = join(scratch, 'model')
  const pictures = join(scratch, 'pictures')
  const out = join(scratch, `out-${process.pid}`)
  const files = readdirSync(pictures).map((name) => join(pictures, name))
  if (part === 'transformers.js') {
    const path = createRequire(join(values.peer, 'package.json')).resolve('@huggingface/transformers')
    const { env, pipeline } = await import(pathToFileURL(path).href)
    env.allowRemoteModels = false
    env.localModelPath = `${scratch}/`
    const embed = await pipeline('image-feature-extraction', 'model', { dtype: 'fp32' })
    const some = (batch) => embed(batch, { pool: true })
    for (let at = 0; at < WARM; at += BATCH) await some(files.slice(at, at + BATCH))
    return timed(files.length, async () => {
      for (let at = 0; at < files.length; at += BATCH) await some(files.slice(at, at + BATCH))
    })
  }
  const opened = await openModel(model, { many: part !== 'bare' })
  const each = 3 * size * size
  const ready = (count) => Float32Array.from({ length: count * each }, (_, i) => ((i * 37) % 251) / 100 - 1)
  await opened.encodePrepared(ready(BATCH), BATCH)
  if (part === 'bare') {
    const batches = Array.from({ length: Math.ceil(files.length / BATCH) }, () => ready(BATCH))
    return timed(batches.length * BATCH, async () => {
      await Promise.all(batches.map((batch) => opened.encodePrepared(batch, BATCH)))
      await opened.close()
    })
  }
  const work = (name, from) =>
    part === 'array'
      ? embedToFile(`${out}-${name}.npy`, opened, [from])
      : updateIndex(`${out}-${name}`, opened, [from])
  await work('warm', join(scratch, 'warm'))
  const found = await timed(files.length, () => work('all', pictures))
  await opened.close()
  return found
}

async function timed(count, work) {
  const [began, used] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(used)
  const seconds = (performance.now() - began) / 1000
  return {
    rate: count / seconds,
    cpu: (user + system) / 1000 / count,
    rss: process.memoryUsage.rss() / 2 ** 20,
  }
}

function compare() {
  const [folder] = positionals
  if (!folder) throw new Error('give a folder of pictures')
  const scratch = mkdtempSync(join(tmpdir(), 'bench-embed-'))
  try {
    prepare(resolve(folder), scratch)
    const peer = existsSync(join(values.peer, 'node_modules/@huggingface/transformers'))
    if (!peer)
      console.log(
        `without transformers.js: ONNXRUNTIME_NODE_INSTALL=skip npm install --prefix ${values.peer} @huggingface/transformers@4.3.2`,
      )
    const parts = PARTS.filter((part) => part !== 'transformers.js' || peer)
    const found = Object.fromEntries(parts.map((part) => [part, []]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const part of parts) {
        const again = [
          fileURLToPath(import.meta.url),
          '--part',
          part,
          '--scratch',
          scratch,
          '--size',
          values.size,
          '--peer',
          values.peer,
        ]
        const { status, stdout, stderr } = spawnSync(process.execPath, again, { encoding: 'utf8' })
        if (status !== 0) throw new Error(stderr)
        found[part].push(JSON.parse(stdout.trim().split('\n').at(-1)))
      }
    }
    const least = (part, key) => Math.min(...found[part].map((one) => one[key]))
    const most = (part, key) => Math.max(...found[part].map((one) => one[key]))
    console.log(
      '| | pictures/s, best | ms of processor a picture, least | of bare onnxruntime | MiB |\n|---|--:|--:|--:|--:|',
    )
    for (const part of parts) {
      const share = (least('bare', 'cpu') / least(part, 'cpu')).toFixed(2)
      console.log(
        `| ${part} | ${most(part, 'rate').toFixed(0)} | ${least(part, 'cpu').toFixed(2)} | ${share} | ${most(part, 'rss').toFixed(0)} |`,
      )
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** A model folder as a stranger's, which both sides take, and the first pictures under names without folders. */
function prepare(folder, scratch) {
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort()
  const step = Math.max(1, files.length / Number(values.limit))
  // what the first pictures load and compile is not what many take
  for (const name of ['pictures', 'warm']) mkdirSync(join(scratch, name))
  for (let i = 0; i < Math.min(files.length, Number(values.limit)); i++) {
    const name = files[Math.floor(i * step)]
    const copy = `${i}.${name.split('.').at(-1)}`
    copyFileSync(join(folder, name), join(scratch, 'pictures', copy))
    if (i < WARM) copyFileSync(join(folder, name), join(scratch, 'warm', copy))
  }
  mkdirSync(join(scratch, 'model/onnx'), { recursive: true })
  writeFileSync(join(scratch, 'model/onnx/model.onnx'), resnet18(size, 0.875))
  writeFileSync(
    join(scratch, 'model/config.json'),
    JSON.stringify({ model_type: 'resnet', architectures: ['ResNetModel'] }),
  )
  const how = {
    image_processor_type: 'ConvNextImageProcessor',
    do_resize: true,
    size: { shortest_edge: size },
    crop_pct: 0.875,
    do_normalize: true,
    do_rescale: true,
    image_mean: [0.485, 0.456, 0.406],
    image_std: [0.229, 0.224, 0.225],
    resample: 3,
  }
  writeFileSync(join(scratch, 'model/preprocessor_config.json'), JSON.stringify(how))
}

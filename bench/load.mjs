#!/usr/bin/env node
// Times what comes before the encoder: reading, decoding and two BYOL views, as training does it, with no decoded picture
// kept from one epoch to the next. One JSON line out.
// Usage: UV_THREADPOOL_SIZE=2 node bench/load.mjs --data DIR [--size 224] [--batch 64] [--seconds 20] [--threads 2]
//        [--dtype float32|bfloat16] [--parts both|read]
import { parseArgs } from 'node:util'
import { photographInput } from '../dist/encode/input.js'
import { permutation, stream } from '../dist/encode/random.js'
import { batches, decodedAs, openData } from '../dist/images/index.js'
import { drawViews, finishedViews } from '../dist/learn/augment/apply.js'
import { BYOL_VIEWS } from '../dist/learn/augment/views.js'
import { scope, setThreads } from '../dist/torch/index.js'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    size: { type: 'string', default: '224' },
    batch: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    dtype: { type: 'string', default: 'float32' },
    parts: { type: 'string', default: 'both' },
  },
})
if (!values.data) {
  console.error('usage: UV_THREADPOOL_SIZE=2 node bench/load.mjs --data DIR [--size 224] [--batch 64]')
  process.exit(2)
}
const [size, batch, seconds] = [values.size, values.batch, values.seconds].map(Number)
setThreads(Number(values.threads))
const { train: source } = decodedAs(await openData(values.data, { cacheBytes: 0 }), { shrinkTo: 3 * size })
const finish = { ...photographInput(source.channels, 255), dtype: values.dtype }

function* order() {
  for (let epoch = 0; ; epoch++) {
    const shuffled = permutation(stream(0, epoch), source.size)
    for (let at = 0; at + batch <= source.size; at += batch) yield [...shuffled.subarray(at, at + batch)]
  }
}

const WARM_UP = 3
let began = 0
let waited = 0
let seen = 0
let asked = performance.now()
for await (const pictures of batches(source, order(), { prefetch: 2 })) {
  if (seen === 0 && began === 0) seen = -WARM_UP * batch
  const got = performance.now()
  if (values.parts === 'both') {
    scope(() => {
      const wanted = BYOL_VIEWS.map((view, number) => {
        const drawn = drawViews(view, pictures, { seed: 0, epoch: 0, view: number })
        return { view, drawn, size }
      })
      finishedViews(pictures, wanted, finish)
    })
  }
  const now = performance.now()
  if (seen >= 0) waited += got - asked
  seen += batch
  if (seen === 0) began = now
  if (began > 0 && now - began > 1000 * seconds) break
  asked = performance.now()
}
const elapsed = (performance.now() - began) / 1000
console.log(
  JSON.stringify({
    data: values.data,
    size,
    batch,
    parts: values.parts,
    dtype: values.dtype,
    images_per_second: Math.round(seen / elapsed),
    data_wait: Number((waited / 1000 / elapsed).toFixed(3)),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)

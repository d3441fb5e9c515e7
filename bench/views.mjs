#!/usr/bin/env node
// Pictures/s of two BYOL views from memory, drawing the numbers included: the fused kernel, and the plain tensor form.
// Usage: node bench/views.mjs [--size 32|224] [--batch 256] [--seconds 5] [--threads N] [--dtype float32|bfloat16]
//        [--data cifar10|DIR] [--side 300] [--json]
// Photographs are decoded beforehand, shrunk to a short side of --side at the least where the decoder can.
import { parseArgs } from 'node:util'
import { photographInput, standardize } from '../dist/encode/input.js'
import { batches, decodedAs, openData } from '../dist/images/index.js'
import { drawViews, finishedViews } from '../dist/learn/augment/apply.js'
import { viewsPlain } from '../dist/learn/augment/plain.js'
import { rowsOf } from '../dist/learn/augment/rows.js'
import { BYOL_VIEWS } from '../dist/learn/augment/views.js'
import { scope, setThreads, threads } from '../dist/torch/index.js'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '32' },
    batch: { type: 'string', default: '256' },
    seconds: { type: 'string', default: '5' },
    threads: { type: 'string' },
    dtype: { type: 'string', default: 'float32' },
    data: { type: 'string', default: 'cifar10' },
    side: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [size, count, seconds] = [values.size, values.batch, values.seconds].map(Number)
if (values.threads) setThreads(Number(values.threads))

const { train } = decodedAs(await openData(values.data), values.side ? { shrinkTo: Number(values.side) } : {})
const order = Array.from({ length: count }, (_, i) => i % train.size)
const batch = (await batches(train, [order]).next()).value
const input = photographInput(batch.channels, batch.maximum)
const finish = { mean: input.mean, std: input.std, dtype: values.dtype }

const draw = (epoch) =>
  BYOL_VIEWS.map((view, number) => ({
    view,
    size,
    drawn: drawViews(view, batch, { seed: 0, epoch, view: number }),
  }))
/** The same views without what is done in HSV. */
const withoutHsv = (wanted) =>
  wanted.map((one) => ({
    ...one,
    drawn: one.drawn.map((drawn) => ({
      ...drawn,
      jitter: drawn.jitter && {
        ...drawn.jitter,
        order: drawn.jitter.order.filter((step) => step !== 'saturation' && step !== 'hue'),
      },
    })),
  }))
const plain = (wanted) =>
  wanted.map(({ view, drawn }) => {
    const x = standardize(viewsPlain(view, drawn, batch, size), input)
    return values.dtype === 'float32' ? x : x.to(values.dtype)
  })

/** Seconds a call. */
function time(body, limit = seconds) {
  for (let i = 0; i < 3; i++) scope(() => void body(i))
  const began = performance.now()
  let calls = 0
  while (performance.now() - began < limit * 1000) scope(() => void body(3 + calls++))
  return (performance.now() - began) / 1000 / calls
}

const drawing = time((epoch) => draw(epoch).map(({ drawn }) => rowsOf(drawn, size)), seconds / 4)
const fused = time((epoch) => finishedViews(batch, draw(epoch), finish))
const slow = time((epoch) => plain(draw(epoch)), seconds / 2)
// in turn, so that neighbours on the machine disturb both alike
const wanted = draw(0)
const [whole, part] = [0, 1, 2, 3].reduce(
  ([a, b]) => [
    Math.min(
      a,
      time(() => finishedViews(batch, wanted, finish), seconds / 8),
    ),
    Math.min(
      b,
      time(() => finishedViews(batch, withoutHsv(wanted), finish), seconds / 8),
    ),
  ],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
)

const pixels = batch.parts.reduce((sum, part) => sum + part.length, 0) / batch.channels / count
const result = {
  size,
  batch: count,
  threads: threads(),
  dtype: values.dtype,
  mean_side_px: Math.round(Math.sqrt(pixels)),
  fused_img_s: Math.round(count / fused),
  plain_img_s: Math.round(count / slow),
  ms_a_picture: Number(((fused / count) * 1000).toFixed(4)),
  drawing_us_a_view: Number(((drawing / count / BYOL_VIEWS.length) * 1e6).toFixed(2)),
  hsv_share: Number((1 - part / whole).toFixed(3)),
}
if (values.json) console.log(JSON.stringify(result))
else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(18)} ${value}`)

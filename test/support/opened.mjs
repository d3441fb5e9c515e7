/** Opens data, and a small set of the same kind before it, in a process of its own, and prints what that takes. */
import { batches, openData } from '../../dist/images/index.js'
import { batchOrder } from '../../dist/learn/train.js'

const [small, large] = process.argv.slice(2)
const BATCHES = 3

function memory() {
  globalThis.gc()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { rss, heapUsed, arrayBuffers }
}

async function open(spec) {
  const began = performance.now()
  const { train } = await openData(spec, { cacheBytes: 10e6 })
  const opened = performance.now()
  const plan = { stepsPerEpoch: Math.floor(train.size / 64), totalSteps: BATCHES }
  const order = batchOrder({ seed: 1, batch: 64, accumulate: 1 }, train.size, plan, 0)
  const used = []
  for await (const batch of batches(train, order)) used.push(...batch.used)
  const read = performance.now()
  return { train, used: used.length, open: (opened - began) / 1000, first: (read - opened) / 1000 }
}

// what reading the first pictures loads is not what a large set takes
await open(small)
const before = memory()
let highest = before.rss
// the system's own high-water mark would be that of loading libtorch
const watch = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss())
}, 5)
const { train, ...took } = await open(large)
clearInterval(watch)
const after = memory()
const last = train.size - 1
process.stdout.write(
  JSON.stringify({
    ...took,
    size: train.size,
    classes: train.classes?.length ?? 0,
    last: [train.describe(last), train.classes?.[train.labels?.[last] ?? -1] ?? null],
    peak: highest - before.rss,
    heap: after.heapUsed - before.heapUsed,
    buffers: after.arrayBuffers - before.arrayBuffers,
  }),
)

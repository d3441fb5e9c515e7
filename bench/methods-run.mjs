// One run of bench/methods.mjs, in a process of its own: trains, embeds, judges, prints one JSON line.
import { embedSides } from '../dist/encode/embed-sides.js'
import { subset } from '../dist/images/index.js'
import { knn, logisticRegression, openData } from '../dist/index.js'
import {
  createState,
  disposeState,
  findMethod,
  preprocessOf,
  representation,
  resolveSettings,
  train,
  untrainedState,
} from '../dist/learn/index.js'
import { precisionFor } from '../dist/trainer/machine.js'

const {
  data,
  method: name,
  untrained,
  pictures,
  epochs,
  preset,
  settings: overrides,
  seed,
} = JSON.parse(process.argv[2])
const { train: all, test } = await openData(data)
const source = firstOf(all, pictures)
const method = findMethod(name ?? 'byol')
const facts = { pictures: source.size, channels: source.channels, nativeSize: source.nativeSize }
const change = { epochs, seed, measureEvery: 50, ...overrides, ...(untrained && { encoder: untrained }) }
const resolved = (precision) => resolveSettings(method, preset, change, facts, precision)
const settings = resolved(precisionFor(resolved('float32').encoder))
const state = untrained ? await untrainedState(settings, method, source) : createState(settings, method)
const began = performance.now()
let loss = null
let collapse = null
if (!untrained) {
  for await (const event of train(state, source)) {
    if (event.type === 'step') loss = event.loss
    else collapse = event.verdict.state
  }
}
const trained = performance.now()
const sides = { train: firstOf(all, 20_000), test }
const embedded = await embedSides(sides, [representation(state)], preprocessOf(settings))
const [{ train: known, test: asked }] = embedded.banks
const fitting = { penalties: [1e-4, 1e-3, 1e-2, 1e-1], tolerance: 1e-4 }
const scores = { knn: knn(known, asked).mean, linear: logisticRegression(known, asked, fitting).mean }
const seconds = { training: (trained - began) / 1000, judging: (performance.now() - trained) / 1000 }
console.log(
  JSON.stringify({
    encoder: settings.encoder.name,
    precision: settings.precision,
    ...scores,
    loss,
    collapse,
    steps: state.step,
    seconds,
  }),
)
embedded[Symbol.dispose]()
disposeState(state)

/** The first pictures of a source, or all where it has no more. */
function firstOf(source, count) {
  return subset(
    source,
    Array.from({ length: Math.min(count, source.size) }, (_, index) => index),
  )
}

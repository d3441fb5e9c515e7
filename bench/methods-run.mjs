// One run of bench/methods.mjs, in a process of its own: trains, embeds, judges, prints one JSON line.
import { embed, knn, logisticRegression, openData } from '../dist/index.js'
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
const source = pictures < all.size ? firstOf(all, pictures) : all
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
const encoder = representation(state)
const banks = {}
for (const [side, pictures] of Object.entries({ source: firstOf(all, Math.min(all.size, 20_000)), test })) {
  const { features, used } = await embed(pictures, [encoder], preprocessOf(settings))
  banks[side] = {
    features: features[0],
    labels: Int32Array.from(used, (i) => pictures.labels[i]),
    classes: 10,
  }
}
const fitting = { penalties: [1e-4, 1e-3, 1e-2, 1e-1], tolerance: 1e-4 }
const scores = {
  knn: knn(banks.source, banks.test).mean,
  linear: logisticRegression(banks.source, banks.test, fitting).mean,
}
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
disposeState(state)

/** The first pictures of a source. */
function firstOf(source, size) {
  const { name, channels, nativeSize, labels, classes } = source
  return {
    ...{ name, channels, nativeSize, classes, size },
    labels: labels.subarray(0, size),
    describe: (index) => source.describe(index),
    read: (index) => source.read(index),
  }
}

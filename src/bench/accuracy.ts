/** Workload d: the quick start's recipe is trained for a given time, then judged by k-NN. */
import { embedSides } from '../encode/embed-sides.js'
import { UsageError } from '../errors.js'
import { evenSubset, openData } from '../images/index.js'
import { knn } from '../judge/index.js'
import { fitEpochs } from '../learn/budget.js'
import { factsOf } from '../learn/facts.js'
import { findMethod } from '../learn/methods/index.js'
import { picturesFor } from '../learn/pictures.js'
import { preprocessOf, resolveSettings, type Settings } from '../learn/settings.js'
import { createState, disposeState, representation } from '../learn/state.js'
import { train } from '../learn/train.js'
import { threads } from '../torch/index.js'

export interface AccuracyOptions {
  /** Labelled pictures with a test part. */
  data: string
  precision: Settings['precision']
  /** How long it is trained. */
  seconds: number
}

/** Printed as JSON, hence keys in snake_case. */
export interface Accuracy {
  workload: 'd'
  precision: 'f32' | 'bf16'
  threads: number
  /** After so many seconds of training, the share of test pictures that k-NN (k = 20, temperature 0.1) classifies rightly. */
  curve: [seconds: number, knn: number][]
  peak_rss_mb: number
}

/** Pictures that k-NN learns from and is asked about: a standard error of half a point, in a few seconds. */
const KNOWN = 20_000
const ASKED = 5000

/** @throws UsageError when the pictures have no labels or no test part */
export async function measureAccuracy({ data, precision, seconds }: AccuracyOptions): Promise<Accuracy> {
  const method = findMethod('byol')
  const listed = await openData(data)
  const facts = await factsOf(listed.train)
  const given = resolveSettings(method, 'small', {}, facts, precision)
  const { train: source, test } = picturesFor(listed, given)
  if (!test || !source.labels || !test.labels)
    throw new UsageError(
      `workload d needs labels and a test part, which ${data} lacks: name fashion-mnist or cifar10`,
    )
  const settings = await fitEpochs(given, method, source, seconds / 60)
  const state = createState(settings, method)
  try {
    const began = performance.now()
    for await (const _ of train(state, source));
    const trained = (performance.now() - began) / 1000
    const judging = { train: evenSubset(source, KNOWN), test: evenSubset(test, ASKED) }
    using embedded = await embedSides(judging, [representation(state)], preprocessOf(settings))
    const [{ train: known, test: asked }] = embedded.banks
    const { mean } = knn(known, asked, { k: 20, temperature: 0.1 })
    return {
      workload: 'd',
      precision: precision === 'bfloat16' ? 'bf16' : 'f32',
      threads: threads(),
      curve: [[Number(trained.toFixed(1)), mean]],
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    }
  } finally {
    disposeState(state)
  }
}

/**
 * What few labels give: accuracy against their number, picked against random ones, and how well groups and outliers fit the labels.
 *
 *     node bench/labels.mjs INDEX… [--seeds 5] [--most 20]
 *
 * Indices of sets with classes in train/ and test/. The accuracy is that of all pictures that have no label yet.
 */
import { parseArgs } from 'node:util'
import { clusterIndex } from '../dist/use/groups/cluster.js'
import { kmeans } from '../dist/use/groups/kmeans.js'
import { openIndex } from '../dist/use/index.js'
import { labelIndex } from '../dist/use/label/label-index.js'
import { nextAmong } from '../dist/use/label/next.js'
import { principal, projected } from '../dist/use/numeric/principal.js'
import { randomFrom, someOf } from '../dist/use/numeric/random.js'
import { labelErrors } from '../dist/use/outliers/label-errors.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '5' }, most: { type: 'string', default: '20' } },
})

for (const folder of positionals) {
  const index = await openIndex(folder)
  const names = []
  for await (const { rows } of index.allRows(['label'])) for (const { label } of rows) names.push(label)
  const classes = [...new Set(names)].sort()
  const truth = Int32Array.from(names, (name) => classes.indexOf(name))
  console.log(`\n${folder}: ${index.size} pictures of ${classes.length} classes\n`)
  await clusters(index, truth, classes.length)
  await fewLabels(index, truth, classes)
  await wrongLabels(index, truth, classes)
  await index.close()
}

async function fewLabels(index, truth, classes) {
  const directions = await principal(index, 48)
  const all = [...truth.keys()]
  const data = projected(await index.vectors(all), directions)
  const budgets = [1, 2, 5, 10, 20]
    .filter((each) => each <= Number(values.most))
    .map((each) => each * classes.length)
  const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
  console.log(
    '| labels | picked | at random | as many of each class | confidence of picked |\n|--:|--:|--:|--:|--:|',
  )
  const state = seeds.map((seed) => ({ seed, picked: [], random: shuffled(all, seed), margins: undefined }))
  for (const budget of budgets) {
    const figures = { picked: [], random: [], each: [], confidence: [] }
    for (const one of state) {
      const wanted = budget - one.picked.length
      one.picked.push(
        ...nextAmong(all, data, directions.count, {
          count: wanted,
          labelled: one.picked,
          margins: one.margins,
          seed: one.seed,
        }),
      )
      const picked = await learned(index, one.picked, truth, classes)
      one.margins = picked.margins
      figures.picked.push(picked.accuracy)
      figures.confidence.push(picked.confidence)
      figures.random.push((await learned(index, one.random.slice(0, budget), truth, classes)).accuracy)
      figures.each.push(
        (await learned(index, ofEach(one.random, truth, budget / classes.length), truth, classes)).accuracy,
      )
    }
    console.log(
      `| ${budget} | ${shown(figures.picked)} | ${shown(figures.random)} | ${shown(figures.each)} | ${shown(figures.confidence)} |`,
    )
  }
}

async function learned(index, rows, truth, classes) {
  const present = [...new Set(rows.map((row) => truth[row]))].sort((a, b) => a - b)
  const labels = Int32Array.from(rows, (row) => present.indexOf(truth[row]))
  const found = await labelIndex(index, { rows, labels, classes: present.map((c) => classes[c]) })
  let [right, sum, count] = [0, 0, 0]
  for (let row = 0; row < index.size; row++) {
    if (found.given[row] === 1) continue
    right += Number(present[found.labels[row]] === truth[row])
    sum += found.confidences[row]
    count++
  }
  return { accuracy: right / count, confidence: sum / count, margins: found.margins }
}

/** One label of 20 made wrong, and found again. */
async function wrongLabels(index, truth, classes) {
  const random = randomFrom(7)
  const noisy = Int32Array.from(truth)
  const wrong = new Set(someOf(truth.length, Math.round(truth.length / 20), random))
  for (const row of wrong)
    noisy[row] = (noisy[row] + 1 + Math.floor(random() * (classes.length - 1))) % classes.length
  const near = { rows: new Int32Array(index.size * 10), scores: new Float32Array(index.size * 10) }
  for await (const { first, count, k, rows, scores } of index.neighbours(11))
    for (let at = 0; at < count; at++) {
      let to = (first + at) * 10
      for (let i = at * k; i < (at + 1) * k && to < (first + at + 1) * 10; i++)
        if (rows[i] !== first + at) {
          near.rows[to] = rows[i]
          near.scores[to++] = scores[i]
        }
    }
  const named = {
    ...index,
    async *allRows() {
      yield { first: 0, rows: Array.from(noisy, (label) => ({ label: classes[label] })) }
    },
  }
  const { errors } = await labelErrors(named, near, 10)
  const right = errors.filter(({ row }) => wrong.has(row)).length
  const first = errors.slice(0, wrong.size).filter(({ row }) => wrong.has(row)).length
  console.log(
    `\nOf ${wrong.size} labels made wrong ${right} are among ${errors.length} that are called so, and ${first} among the first ${wrong.size}.`,
  )
}

async function clusters(index, truth, count) {
  const own = await clusterIndex(index)
  const given = await clusterIndex(index, { k: count })
  const vectors = await index.vectors([...truth.keys()])
  const plain = kmeans(vectors, index.dimension, count, { iterations: 15 })
  console.log(`| groups | number | NMI | adjusted Rand |\n|---|--:|--:|--:|`)
  for (const [name, of, k] of [
    ['by itself', own.of, own.clusters.length],
    ['as many as classes', given.of, count],
    ['k-means of all numbers', plain.of, plain.k],
  ])
    console.log(`| ${name} | ${k} | ${nmi(of, truth).toFixed(3)} | ${rand(of, truth).toFixed(3)} |`)
  console.log(
    `\nagreement ${own.tried.map(({ k, agreement }) => `${k}: ${agreement.toFixed(2)}`).join(', ')}\n`,
  )
}

function counts(a, b) {
  const [both, as, bs] = [new Map(), new Map(), new Map()]
  for (let i = 0; i < a.length; i++) {
    both.set(`${a[i]} ${b[i]}`, (both.get(`${a[i]} ${b[i]}`) ?? 0) + 1)
    as.set(a[i], (as.get(a[i]) ?? 0) + 1)
    bs.set(b[i], (bs.get(b[i]) ?? 0) + 1)
  }
  return { both, as, bs }
}

/** Mutual information over the mean of both entropies. */
function nmi(a, b) {
  const { both, as, bs } = counts(a, b)
  const n = a.length
  let mutual = 0
  for (const [pair, count] of both) {
    const [x, y] = pair.split(' ').map(Number)
    mutual += (count / n) * Math.log((count * n) / (as.get(x) * bs.get(y)))
  }
  const entropy = (of) => [...of.values()].reduce((sum, count) => sum - (count / n) * Math.log(count / n), 0)
  return (2 * mutual) / (entropy(as) + entropy(bs))
}

/** Hubert & Arabie 1985. */
function rand(a, b) {
  const { both, as, bs } = counts(a, b)
  const pairs = (of) => [...of.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0)
  const all = (a.length * (a.length - 1)) / 2
  const usual = (pairs(as) * pairs(bs)) / all
  return (pairs(both) - usual) / ((pairs(as) + pairs(bs)) / 2 - usual)
}

function ofEach(order, truth, each) {
  const seen = new Map()
  return order.filter((row) => {
    const count = seen.get(truth[row]) ?? 0
    seen.set(truth[row], count + 1)
    return count < each
  })
}

function shuffled(rows, seed) {
  const random = randomFrom(seed + 1)
  const keys = new Map(rows.map((row) => [row, random()]))
  return rows.toSorted((a, b) => keys.get(a) - keys.get(b))
}

function shown(figures) {
  const mean = figures.reduce((sum, one) => sum + one / figures.length, 0)
  const spread = Math.sqrt(
    figures.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, figures.length - 1),
  )
  return `${(100 * mean).toFixed(1)} ± ${(100 * spread).toFixed(1)}`
}

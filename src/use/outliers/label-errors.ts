/** Labels that are probably wrong, by those of the neighbours: confident learning in its simplest form. */
import type { PictureIndex } from '../store/index-reader.js'
import type { Near } from './outliers.js'

export interface LabelError {
  row: number
  path: string
  label: string
  /** What its neighbours say, and their share of 1 for it and for the label that it has. */
  likely: string
  share: number
  ownShare: number
}

/** How much more a nearer neighbour says: the cosine's difference is divided by this (as k-NN classifiers have it, 1805.01978). */
const TEMPERATURE = 0.1
/** Neighbours that a thing unknown adds, spread over all classes. */
const PRIOR = 1

/**
 * A label is probably wrong where another class has at least the share that pictures of that class have of it in the mean (Northcutt, Jiang
 * & Chuang 2021), and more than its own.
 * @returns the surest first, and how many rows have a label
 */
export async function labelErrors(
  index: PictureIndex,
  { rows, scores }: Near,
  k: number,
): Promise<{ errors: LabelError[]; labelled: number }> {
  const { labels, classes } = await labelsOf(index)
  const shares = new Float32Array(classes.length)
  const sums = new Float64Array(classes.length)
  const counts = new Uint32Array(classes.length)
  const own = new Float32Array(labels.length)
  const best = new Int32Array(labels.length).fill(-1)
  const bestShare = new Float32Array(labels.length)
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number
    if (label < 0) continue
    vote(shares, labels, rows, scores, row, k)
    own[row] = shares[label] as number
    sums[label] = (sums[label] as number) + (shares[label] as number)
    counts[label] = (counts[label] as number) + 1
    for (let c = 0; c < shares.length; c++)
      if (c !== label && (shares[c] as number) > (bestShare[row] as number)) {
        best[row] = c
        bestShare[row] = shares[c] as number
      }
  }
  const usual = sums.map((sum, c) => sum / Math.max(1, counts[c] as number))
  const wrong = [...labels.keys()].filter((row) => {
    const other = best[row] as number
    return (
      other >= 0 &&
      (bestShare[row] as number) >= (usual[other] as number) &&
      (bestShare[row] as number) > (own[row] as number)
    )
  })
  const sure = (row: number) => (bestShare[row] as number) - (own[row] as number)
  wrong.sort((a, b) => sure(b) - sure(a) || a - b)
  const paths = await index.rows(wrong, ['path'])
  return {
    labelled: labels.reduce((sum, label) => sum + Number(label >= 0), 0),
    errors: wrong.map((row, at) => ({
      row,
      path: (paths[at] as { path: string }).path,
      label: classes[labels[row] as number] as string,
      likely: classes[best[row] as number] as string,
      share: bestShare[row] as number,
      ownShare: own[row] as number,
    })),
  }
}

async function labelsOf(index: PictureIndex): Promise<{ labels: Int32Array; classes: string[] }> {
  const numbers = new Map<string, number>()
  const labels = new Int32Array(index.size).fill(-1)
  for await (const { first, rows } of index.allRows(['label']))
    for (const [at, { label }] of rows.entries()) {
      if (label === null) continue
      const number = numbers.get(label) ?? numbers.size
      numbers.set(label, number)
      labels[first + at] = number
    }
  return { labels, classes: [...numbers.keys()] }
}

/** Shares of the classes among a row's labelled neighbours, the nearer the more. */
function vote(
  shares: Float32Array,
  labels: Int32Array,
  rows: Int32Array,
  scores: Float32Array,
  row: number,
  k: number,
): void {
  shares.fill(PRIOR / Math.max(1, shares.length))
  let sum = PRIOR
  const most = k > 0 ? (scores[row * k] as number) : 0
  for (let at = row * k; at < (row + 1) * k; at++) {
    const label = labels[rows[at] as number] as number
    if (label < 0) continue
    const weight = Math.exp(((scores[at] as number) - most) / TEMPERATURE)
    shares[label] = (shares[label] as number) + weight
    sum += weight
  }
  for (let c = 0; c < shares.length; c++) shares[c] = (shares[c] as number) / sum
}

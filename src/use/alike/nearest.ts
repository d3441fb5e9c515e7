/** The nearest of many short rows, found in a few of the cells that they are sorted into. */
import { kmeans } from '../groups/kmeans.js'
import { randomFrom, someOf } from '../numeric/random.js'
import { apart, product, rowOf } from '../numeric/vectors.js'

/** Up to so many rows all are compared with all. */
const FEW = 4000
/** Rows that the cells are made from. */
const SAMPLE = 4000
/** Cells that are looked into. */
const PROBED = 8

/**
 * The `k` rows of the largest products with each row, itself left out; copies lie so near that they share a cell, or lie in
 * neighbouring ones.
 * @param rows `[N · dimension]`, each of length 1
 * @param floor product below which none is near
 * @param told how many rows are done
 * @returns for each row as many as there are, the nearest first
 */
export async function nearestOf(
  rows: Float32Array,
  dimension: number,
  k: number,
  floor: number,
  told: (done: number) => void = () => {},
): Promise<number[][]> {
  const count = rows.length / dimension
  const { cells, probe } = count <= FEW ? oneCell(count) : sorted(rows, dimension)
  const found: number[][] = []
  for (let row = 0; row < count; row++) {
    const best: { row: number; score: number }[] = []
    let least = floor
    for (const cell of probe(row))
      for (const other of cells[cell] as Int32Array) {
        if (other === row) continue
        const score = product(rows, row, rows, other, dimension)
        if (score <= least) continue
        let at = best.length
        while (at > 0 && (best[at - 1] as { score: number }).score < score) at--
        best.splice(at, 0, { row: other, score })
        if (best.length > k) best.pop()
        if (best.length === k) least = (best.at(-1) as { score: number }).score
      }
    found.push(best.map((one) => one.row))
    // signals are only heard when the event loop turns
    if (row % 256 === 255) {
      told(row + 1)
      await new Promise(setImmediate)
    }
  }
  return found
}

function oneCell(count: number) {
  return { cells: [Int32Array.from({ length: count }, (_, at) => at)], probe: () => [0] }
}

function sorted(rows: Float32Array, dimension: number) {
  const count = rows.length / dimension
  const some = someOf(count, SAMPLE, randomFrom(0))
  const sample = new Float32Array(some.length * dimension)
  for (const [i, row] of some.entries()) sample.set(rowOf(rows, row, dimension), i * dimension)
  const { centres, k } = kmeans(sample, dimension, Math.ceil(Math.sqrt(count)), { iterations: 8 })
  const nearestCells = (row: number) => {
    const away = Float32Array.from({ length: k }, (_, cell) => apart(rows, row, centres, cell, dimension))
    return [...away.keys()].sort((a, b) => (away[a] as number) - (away[b] as number)).slice(0, PROBED)
  }
  const probed = Array.from({ length: count }, (_, row) => nearestCells(row))
  const members: number[][] = Array.from({ length: k }, () => [])
  for (const [row, cellsOf] of probed.entries()) members[cellsOf[0] as number]?.push(row)
  return { cells: members.map((of) => Int32Array.from(of)), probe: (row: number) => probed[row] as number[] }
}

/** How far two partitions of the same pictures agree: clusters and classes. */

/** Counts `[a][b]` of pictures with the first label a and the second b, rows and columns without any left out. */
export function contingency(a: ArrayLike<number>, b: ArrayLike<number>): number[][] {
  const rows = new Map<number, Map<number, number>>()
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    const row = rows.get(x) ?? new Map<number, number>()
    rows.set(x, row.set(y, (row.get(y) ?? 0) + 1))
  }
  const columns = [...new Set(Array.from(b))]
  return [...rows.values()].map((row) => columns.map((column) => row.get(column) ?? 0))
}

/**
 * Normalised mutual information with the arithmetic mean of the entropies (Strehl & Ghosh 2002), 0 to 1, of a table of
 * counts as `contingency` gives it; 1 for two partitions of one part each.
 */
export function mutualInformation(table: readonly (readonly number[])[]): number {
  const { rows, columns, count } = margins(table)
  if (rows.length === 1 && columns.length === 1) return 1
  let shared = 0
  table.forEach((row, a) => {
    row.forEach((n, b) => {
      if (n > 0)
        shared += (n / count) * Math.log((n * count) / ((rows[a] as number) * (columns[b] as number)))
    })
  })
  const entropy = (sums: readonly number[]) =>
    -sums.reduce((sum, n) => sum + (n > 0 ? (n / count) * Math.log(n / count) : 0), 0)
  const mean = (entropy(rows) + entropy(columns)) / 2
  return mean > 0 ? Math.max(0, shared) / mean : 0
}

/**
 * The Rand index adjusted for chance (Hubert & Arabie 1985): 1 for equal partitions, about 0 for independent ones, and
 * below it for worse than chance.
 */
export function adjustedRand(table: readonly (readonly number[])[]): number {
  const { rows, columns, count } = margins(table)
  const pairs = (n: number) => (n * (n - 1)) / 2
  const sum = (values: readonly number[]) => values.reduce((total, n) => total + pairs(n), 0)
  const together = sum(table.flat())
  const [a, b] = [sum(rows), sum(columns)]
  const expected = (a * b) / Math.max(1, pairs(count))
  const most = (a + b) / 2
  return most === expected ? 1 : (together - expected) / (most - expected)
}

function margins(table: readonly (readonly number[])[]) {
  const rows = table.map((row) => row.reduce((sum, n) => sum + n, 0))
  const columns = (table[0] ?? []).map((_, b) => table.reduce((sum, row) => sum + (row[b] as number), 0))
  return { rows, columns, count: rows.reduce((sum, n) => sum + n, 0) }
}

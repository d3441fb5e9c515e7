/** Groups of pictures as lines, as JSON, as a table and as a page. */
import { parquetWriteBuffer } from 'hyparquet-writer'
import { printable } from '../../printable.js'
import { cell } from '../label/write-labels.js'
import { contactSheet } from '../search/contact-sheet.js'
import type { PictureIndex } from '../store/index-reader.js'
import type { Clustering } from './cluster.js'

export function clusterText({ clusters, tried }: Clustering): string {
  const lines = clusters.map(({ name, share, size, spread }, at) => {
    const named = share > 0 ? `${printable(name)} (${Math.round(100 * share)} %)` : printable(name)
    return `${String(at + 1).padStart(4)}  ${size.toLocaleString('en').padStart(8)}  ${spread.toFixed(2).padStart(6)}  ${named}`
  })
  return ['      pictures  spread  most often', ...lines, '', numberWords({ clusters, tried })].join('\n')
}

/** How the number was found. */
function numberWords({ clusters, tried }: Pick<Clustering, 'clusters' | 'tried'>): string {
  if (tried.length === 0) return `${clusters.length} groups, as given or as few pictures allow.`
  const others = tried.map(({ k, agreement }) => `${k}: ${agreement.toFixed(2)}`).join(', ')
  return `The most groups on which two halves of the pictures agree nearly as well as on any number. Agreement: ${others}.`
}

export async function clusterJson(index: PictureIndex, found: Clustering) {
  const rows = await index.rows(
    found.clusters.flatMap(({ medoids }) => medoids),
    ['path'],
  )
  let at = 0
  return {
    pictures: index.size,
    clusters: found.clusters.map(({ name, share, size, spread, medoids }) => ({
      name,
      share: Number(share.toFixed(4)),
      size,
      spread: Number(spread.toFixed(4)),
      medoids: medoids.map(() => rows[at++]?.path),
    })),
    tried: found.tried,
  }
}

/** All rows with their group, counted from 1: Parquet, JSON or CSV by the file's ending. */
export async function clusterTable(
  index: PictureIndex,
  found: Clustering,
  file: string,
): Promise<Uint8Array | string> {
  const paths: string[] = []
  for await (const { rows } of index.allRows(['path'])) for (const { path } of rows) paths.push(path)
  const group = found.of.map((own) => own + 1)
  const names = Array.from(found.of, (own) => found.clusters[own]?.name ?? '')
  if (file.endsWith('.parquet'))
    return new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'path', data: paths, type: 'STRING' },
          { name: 'cluster', data: group, type: 'INT32' },
          { name: 'name', data: names, type: 'STRING' },
          { name: 'distance', data: found.distances, type: 'FLOAT' },
        ],
      }),
    )
  if (file.endsWith('.json'))
    return JSON.stringify(
      paths.map((path, row) => ({
        path,
        cluster: group[row],
        name: names[row],
        distance: found.distances[row],
      })),
    )
  const lines = paths.map(
    (path, row) =>
      `${cell(path)},${group[row]},${cell(names[row] as string)},${(found.distances[row] as number).toFixed(5)}`,
  )
  return `${['path,cluster,name,distance', ...lines].join('\n')}\n`
}

export async function clusterPage(index: PictureIndex, { clusters, tried }: Clustering): Promise<string> {
  const pages = []
  for (const { name, share, size, spread, medoids } of clusters) {
    const rows = await index.rows(medoids, ['path', 'thumbnail'])
    pages.push({
      title: name,
      note: `${size.toLocaleString('en')} pictures${share > 0 ? `, ${Math.round(100 * share)} % of this name` : ''}, spread ${spread.toFixed(2)}`,
      pictures: rows.map(({ path, thumbnail }, at) => ({
        path,
        thumbnail,
        caption: at === 0 ? 'in the middle' : '',
      })),
    })
  }
  return contactSheet('Groups', numberWords({ clusters, tried }), pages)
}

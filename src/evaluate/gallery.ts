/** The pictures of the report: augmented pairs, nearest neighbours, the map. */
import { batches, displayed, evenly, PictureError, Quarantine, type Source } from '../images/index.js'
import { baselineNames } from '../judge/baseline-names.js'
import { finishHearing, map2dSteps, neighbours } from '../judge/index.js'
import { applyViews, drawViews } from '../learn/augment/apply.js'
import type { Settings } from '../learn/settings.js'
import {
  type ClickData,
  type MapData,
  type NeighbourRow,
  type Pixels,
  type ReportData,
  sheet,
  type Thumb,
  thumbnail,
} from '../report/index.js'
import { keep, scope, type Tensor, tensor } from '../torch/index.js'
import type { Clicks } from './clicks.js'

const PAIRS = 6
const QUERIES = 6
const NEAREST = 7
const MAPPED = 1000
const TILE = 32
const THUMB = 96
const CLICK_THUMB = 128

/** At most so many rows, each from the middle of its share of all. */
function spread(size: number, count: number): number[] {
  return evenly(size, Math.min(size, count), 0.5)
}

/**
 * A few pictures and the views that the networks are shown of them in the first epoch.
 * @param badShare of unreadable pictures at which to stop; 0.05 unless given
 */
export async function augmentedPairs(
  source: Source,
  settings: Settings,
  badShare?: number,
): Promise<ReportData['pairs']> {
  const quarantine = new Quarantine(source.size, { maxShare: badShare })
  for await (const batch of batches(source, [spread(source.size, PAIRS)], { quarantine })) {
    const views = scope(() =>
      settings.views.map((view, number) => {
        const drawn = drawViews(view, batch, { seed: settings.seed, epoch: 0, view: number })
        return imagesOf(applyViews(view, drawn, batch, settings.size))
      }),
    )
    return Promise.all(
      Array.from(batch.used, async (index, i) => ({
        original: await thumbnail(await read(source, index), THUMB),
        views: await Promise.all(views.map((images) => thumbnail(images[i] as Pixels, THUMB))),
      })),
    )
  }
  return []
}

/** Stands for a picture that could be read before and cannot any more. */
const GONE: Pixels = { data: Uint8Array.of(128), width: 1, height: 1, channels: 1 }

async function read(source: Source, index: number): Promise<Pixels> {
  try {
    return displayed(await source.read(index), source.maximum)
  } catch (error) {
    if (error instanceof PictureError) return GONE
    throw error
  }
}

/** float32 `[N, C, H, W]` in [0, 1] to 8-bit pictures of 1 or 3 channels. */
export function imagesOf(x: Tensor): Pixels[] {
  return scope(() => {
    const [count, channels, height, width] = x.shape as [number, number, number, number]
    const bytes = x.mul(255).round().to('uint8').permute([0, 2, 3, 1]).contiguous().bytes()
    const length = channels * height * width
    return Array.from({ length: count }, (_, i) =>
      displayed({ data: bytes.slice(i * length, (i + 1) * length), width, height, channels }),
    )
  })
}

interface Shown {
  gallery: Source
  shown: Tensor
  shownFrom: Int32Array
  /** Of how many pictures the gallery is a part. */
  asked: { of: number }
}

/** A few pictures with those whose vectors point most nearly the same way. */
export async function nearestPictures({
  gallery,
  shown,
  shownFrom,
}: Omit<Shown, 'asked'>): Promise<NeighbourRow[]> {
  const queries = spread(gallery.size, QUERIES)
  const found = neighbours(shown, queries, Math.min(NEAREST, gallery.size - 1))
  const picture = async (row: number) => thumbnail(await read(gallery, shownFrom[row] as number), THUMB)
  return Promise.all(
    queries.map(async (query, i) => ({
      query: await picture(query),
      caption: caption(gallery, shownFrom[query] as number),
      nearest: await Promise.all(
        (found.indices[i] ?? []).map(async (row, j) => ({
          thumb: await picture(row),
          similarity: found.similarities[i]?.[j] ?? 0,
          caption: caption(gallery, shownFrom[row] as number),
        })),
      ),
    })),
  )
}

/** The pictures of blind questions, without names: those may tell what is shown. */
export async function clickPictures({
  gallery,
  rival,
  questions,
  command,
}: Clicks): Promise<ReportData['clicks']> {
  const pictures = (indices: readonly number[]) =>
    Promise.all(indices.map(async (index) => thumbnail(await read(gallery, index), CLICK_THUMB)))
  const shown: ClickData['questions'] = []
  for (const { query, learned, rival, left } of questions) {
    const [asked, own, other] = await Promise.all([pictures([query]), pictures(learned), pictures(rival)])
    const isLeft = left === 'learned'
    shown.push({
      query: asked[0] as Thumb,
      left: isLeft ? own : other,
      right: isLeft ? other : own,
      learned: isLeft ? 'left' : 'right',
    })
  }
  return { rival: baselineNames()[rival], questions: shown, ...(command !== undefined && { command }) }
}

function caption({ labels, classes, describe }: Source, index: number): string {
  return classes?.[labels?.[index] ?? -1] ?? describe(index)
}

/** The plane on which pictures with like vectors lie together; undefined when there are too few pictures. */
export async function pictureMap(
  { gallery, shown, shownFrom, asked }: Shown,
  progress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<MapData | undefined> {
  if (gallery.size < 10) return undefined
  const rows = spread(gallery.size, MAPPED)
  const some = keep(scope(() => shown.index_select(0, tensor(rows, undefined, 'int64'))))
  const points = await finishHearing(map2dSteps(some, { progress }), signal).finally(() => some.dispose())
  const indices = rows.map((row) => shownFrom[row] as number)
  const tiles: Pixels[] = []
  for (const index of indices) tiles.push(await read(gallery, index))
  const columns = Math.ceil(Math.sqrt(rows.length))
  const sprites: Thumb = await sheet(tiles, TILE, columns)
  return {
    points: points.map(([x, y], i) => {
      const index = indices[i] as number
      const group = gallery.labels?.[index]
      return { x, y, sprite: i, caption: caption(gallery, index), ...(group !== undefined && { group }) }
    }),
    of: asked.of,
    sprites,
    columns,
    tile: TILE,
    ...(gallery.classes && { groups: [...gallery.classes] }),
  }
}

// All the work, beside the page, so that it stays quick: model, decoding, vectors, search.
import * as ort from './vendor/ort.wasm.min.mjs'
import { embedPictures, filesAt, filesOf, nearest, openModel } from './vendor/selfsame.js'

/** Files above this are shown by a small copy. */
const LARGE = 200_000
const THUMBNAIL = 224

ort.env.wasm.wasmPaths = new URL('./vendor/', import.meta.url).href
// several threads only where the page is isolated from others, by headers of its server
ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1

let model
let embedded
let stop

const asked = {
  async model({ files }) {
    await model?.close()
    model = await openModel(ort, files ? filesOf(files) : filesAt(new URL('./model/', import.meta.url).href))
    return { name: model.name, dimension: model.dimension, engine: model.engine }
  },
  async embed({ files }) {
    stop = new AbortController()
    const pictures = files.map((file) => ({ name: file.webkitRelativePath || file.name, blob: file }))
    const told = { at: 0 }
    const made = await embedPictures(model, pictures, {
      signal: stop.signal,
      progress: (done, total) => {
        const now = performance.now()
        if (now - told.at < 100 && done < total) return
        told.at = now
        postMessage({ progress: { done, total } })
      },
    })
    embedded = made
    const rows = new Map(made.pictures.map((picture, row) => [picture, row]))
    return {
      // by the files' numbers, as the page knows them
      rows: pictures.map((picture) => rows.get(picture) ?? -1),
      unread: made.unread.map(({ picture, reason }) => ({ name: picture.name, reason })),
    }
  },
  nearest({ row, k }) {
    const { vectors } = embedded
    const { dimension } = model
    const query = vectors.subarray(row * dimension, (row + 1) * dimension)
    return nearest(vectors, query, k + 1)
      .filter((one) => one.row !== row)
      .slice(0, k)
  },
  async thumbnail({ file }) {
    if (file.size <= LARGE) return file
    const bitmap = await createImageBitmap(file, { resizeWidth: THUMBNAIL, resizeQuality: 'medium' })
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    canvas.getContext('2d').drawImage(bitmap, 0, 0)
    bitmap.close()
    return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 })
  },
  stop: () => stop?.abort(),
}

addEventListener('message', async ({ data: { id, what, ...question } }) => {
  try {
    postMessage({ id, answer: await asked[what](question) })
  } catch (error) {
    postMessage({ id, fault: error.message })
  }
})

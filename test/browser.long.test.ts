/**
 * Vectors of Chromium beside those of Node, and transformers.js on the same model folder. With SELFSAME_MODEL=FOLDER the model is
 * one of selfsame export; a small random one otherwise.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleForBrowsers } from '../scripts/lib/browser-module.mjs'
import { beside, peerFolder } from '../scripts/lib/peers.mjs'
import { decodeFor } from '../src/use/model/decoding.js'
import type { Model } from '../src/use/model/model.js'
import { openModel } from '../src/use/model/open-model.js'
import { tinyModel } from '../src/use/testing/tiny-model.js'
import { type Likeness, writePictures } from './support/browser-pictures.js'
import { openBrowser, type Page, serveFolders } from './support/chromium.js'
import { temporaryFolder } from './support/cli.js'

const ORT_WEB = '1.30.0'
const TRANSFORMERS = '4.3.2'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const given = process.env.SELFSAME_MODEL
const modelFolder = given ?? join(folder, 'model')

let likeness: Record<string, Likeness>
let model: Model
let page: Page
const ends: (() => unknown)[] = []
beforeAll(async () => {
  mkdirSync(pictures)
  likeness = await writePictures(pictures)
  if (given === undefined) writeTiny()
  await bundleForBrowsers({ write: true })
  const served = await serveFolders({
    '/ort/': join(peerFolder('onnxruntime-web', ORT_WEB), 'dist'),
    '/transformers/': join(peerFolder('@huggingface/transformers', TRANSFORMERS), 'dist'),
    '/models/mine/': modelFolder,
    '/pictures/': pictures,
    '/pages/': fileURLToPath(new URL('support/pages', import.meta.url)),
    '/transformers-ort/': join(beside('@huggingface/transformers', TRANSFORMERS, 'onnxruntime-web'), 'dist'),
    '/selfsame.js': fileURLToPath(new URL('../dist/browser/selfsame.js', import.meta.url)),
  })
  const browser = await openBrowser()
  page = await browser.newPage()
  await page.goto(served.url)
  model = await openModel(modelFolder)
  ends.push(
    () => model.close(),
    () => browser.close(),
    () => served.close(),
  )
}, 600_000)
afterAll(async () => {
  for (const end of ends) await end()
})

function writeTiny(): void {
  const { bytes, preprocessing } = tinyModel({ size: 32, dimension: 64 })
  mkdirSync(join(modelFolder, 'onnx'), { recursive: true })
  writeFileSync(join(modelFolder, 'onnx/model.onnx'), bytes)
  const config = { model_type: 'resnet', architectures: ['ResNetModel'] }
  writeFileSync(join(modelFolder, 'config.json'), JSON.stringify(config))
  const { size, mean, std } = preprocessing
  const processor = {
    image_processor_type: 'BitImageProcessor',
    do_resize: true,
    size: { shortest_edge: size },
    resample: 1,
    do_center_crop: true,
    crop_size: { height: size, width: size },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  }
  writeFileSync(join(modelFolder, 'preprocessor_config.json'), JSON.stringify(processor))
}

/** Cosine distance, and the largest difference as a share of the largest value. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): { cosine: number; largest: number } {
  let [product, ofA, ofB, difference, most] = [0, 0, 0, 0, 0]
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    product += x * y
    ofA += x * x
    ofB += y * y
    difference = Math.max(difference, Math.abs(x - y))
    most = Math.max(most, Math.abs(y))
  }
  return { cosine: 1 - product / Math.sqrt(ofA * ofB), largest: difference / most }
}

const ofNode = async (name: string) =>
  await model.encode([await decodeFor(readFileSync(join(pictures, name)), model.preprocessing)])

describe('in Chromium', () => {
  test('vectors are those of Node', async () => {
    const found = await inPage<{ id: string; vectors: number[][] }>('ours', Object.keys(likeness))
    expect(found.id).toBe(model.id)
    const measured = await Promise.all(
      Object.entries(likeness).map(async ([name, kind], i) => ({
        name,
        kind,
        ...apart(found.vectors[i] as number[], await ofNode(name)),
      })),
    )
    console.table(measured)
    for (const { kind, cosine, largest } of measured) {
      // an encoder with thresholds, the closed form, makes more of a grey level
      expect(cosine).toBeLessThan(kind === 'near' ? 5e-3 : 1e-3)
      if (kind === 'exact') expect(largest).toBeLessThan(1e-5)
    }
  })

  test('transformers.js runs the folder without the internet', async () => {
    const vectors = await inPage<number[][]>('transformers', PHOTOS)
    await compare(vectors, 'Chromium')
  })
})

/** Runs what test/support/pages has; a text, as Vitest would change a function. */
function inPage<T>(name: string, names: readonly string[]): Promise<T> {
  return page.evaluate<T>(`import('/pages/vectors.js').then((all) => all.${name}(${JSON.stringify(names)}))`)
}

const PHOTOS = ['photo.jpg', 'photo.png', 'turned.jpg']

test('transformers.js runs the folder in Node without the internet', async () => {
  const main = join(peerFolder('@huggingface/transformers', TRANSFORMERS), 'dist/transformers.node.mjs')
  const { env, pipeline } = await import(pathToFileURL(main).href)
  env.allowRemoteModels = false
  const extract = await pipeline('image-feature-extraction', modelFolder, { dtype: 'fp32' })
  const vectors: number[][] = []
  for (const name of PHOTOS)
    vectors.push(Array.from((await extract(join(pictures, name), { pool: true })).data as Float32Array))
  await compare(vectors, 'Node')
})

/** Its own preprocessing is another: see docs/use.md. */
async function compare(vectors: readonly number[][], where: string): Promise<void> {
  const measured = await Promise.all(
    PHOTOS.map(async (name, i) => ({ where, name, ...apart(vectors[i] as number[], await ofNode(name)) })),
  )
  console.table(measured)
  for (const vector of vectors) expect(vector).toHaveLength(model.dimension)
  for (const { cosine } of measured) expect(cosine).toBeLessThan(0.5)
}

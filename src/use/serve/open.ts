/** What a server serves, by its path. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SelfsameError } from '../../errors.js'
import { setting } from '../../setting.js'
import { openModel } from '../model/open-model.js'
import type { PictureIndex } from '../store/index-reader.js'
import { openIndex } from '../store/open-index.js'
import type { ServedModel } from './service.js'

export interface Served {
  model: ServedModel
  openIndex?: () => Promise<PictureIndex>
}

/**
 * A model, or an index with the model that it was made by.
 * @param path of a model folder, an ONNX file, a run with its export, or an index
 * @param modelPath of an index's model, where it is no longer where it was
 * @throws what `openModel` and `openIndex` throw
 */
export async function openServed(path: string, modelPath?: string): Promise<Served> {
  if (!(await isIndex(path))) return { model: await openModel(path) }
  const index = await openIndex(path)
  const { from } = index.record.model
  await index.close()
  return {
    model: await modelOf(path, modelPath ?? from, modelPath !== undefined),
    openIndex: () => openIndex(path),
  }
}

async function modelOf(index: string, path: string, given: boolean): Promise<ServedModel> {
  try {
    return await openModel(path)
  } catch (error) {
    if (given || !(error instanceof SelfsameError)) throw error
    throw new SelfsameError(
      `the model of the index '${index}' cannot be opened: ${error.message}; say where it is now with ${setting('model')}`,
      { cause: error },
    )
  }
}

async function isIndex(path: string): Promise<boolean> {
  const found = await stat(join(path, 'index.json')).catch(() => undefined)
  return found?.isFile() ?? false
}

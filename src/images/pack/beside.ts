import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SelfsameError } from '../../errors.js'
import type { Known } from '../decode/typical.js'
import type { ClassNames } from '../names/labels.js'
import { readRecord } from './pack-record.js'

/** Lists the names of classes whose numbers stand beside pictures. */
export const CLASS_LIST = 'classes.json'

type Sorted = ReturnType<ClassNames['sorted']>

/**
 * What pictures are read as: where `selfsame data pack` wrote the tars or arrays, what they were read as then.
 * @param folder where these lie
 * @throws SelfsameError when the pack is unfinished or its record damaged
 */
export async function pinsBeside(folder: string): Promise<Known> {
  const record = await readRecord(folder)
  if (!record) return {}
  if (!record.finished) {
    throw new SelfsameError(
      `'${folder}' holds a pack that was not finished; the same selfsame data pack goes on with it`,
    )
  }
  return { channels: record.channels, maximum: record.maximum }
}

/**
 * Names classes by the list in `classes.json` beside the pictures, where there is one and the classes are numbers in it.
 * @throws SelfsameError when the list is damaged
 */
export async function classesBeside(folder: string, sorted: Sorted): Promise<Sorted> {
  const list = await listIn(join(folder, CLASS_LIST))
  const numbers = sorted.classes.map((name) => (/^\d{1,7}$/.test(name) ? Number(name) : Infinity))
  if (!list || numbers.some((number) => number >= list.length)) return sorted
  return { classes: list, renumber: sorted.renumber.map((at) => numbers[at] as number) }
}

async function listIn(path: string): Promise<string[] | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    // told below
  }
  if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list
  throw new SelfsameError(
    `'${path}' holds no list of class names such as ["cat", "dog"]; write one, or remove the file`,
  )
}

import { dirname, resolve } from 'node:path'
import type { Budget } from '../cache.js'
import { openFiles } from '../names/files.js'
import type { Data } from '../source.js'
import { readCsv, readJsonLines } from './manifest-lines.js'
import { Rows } from './manifest-rows.js'

/** The manifests that are lines of text, as named in messages. */
export const MANIFESTS = 'a manifest (.csv, .tsv, .jsonl or .ndjson)'

const JSON_LINES = /\.(jsonl|ndjson)$/i

/** True for the file names of manifests that are lines of text. */
export function isManifestName(name: string): boolean {
  return /\.(csv|tsv)$/i.test(name) || JSON_LINES.test(name)
}

/**
 * Opens the pictures that a manifest lists: their paths, and where it has them their labels and splits. Paths are
 * relative to the manifest's folder and may lead out of it, as a manifest is what the user has written down. Whether a
 * picture is there is seen when it is read.
 * @throws UsageError when it lists no pictures, SelfsameError when a row is not whole
 */
export async function openManifest(path: string, budget: Budget): Promise<Data> {
  const rows = new Rows(path)
  await (JSON_LINES.test(path) ? readJsonLines(path, rows) : readCsv(path, rows))
  const folder = dirname(path)
  const where = { name: path, pathOf: (file: string) => resolve(folder, file) }
  return openFiles({ ...where, ...rows.arrange() }, budget)
}

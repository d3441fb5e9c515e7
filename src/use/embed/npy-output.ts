/** Vectors as one array for NumPy, and beside it, as JSON, which picture each is of. */
import { readFile } from 'node:fs/promises'
import { WholeFile, writeWhole } from '../../images/pack/pack-files.js'
import { bytesOf, npyHeader } from '../store/npy.js'
import { REMEDIES } from '../store/remedies.js'
import type { Output, OutputAbout } from './output.js'

export const npyOutput: Output = {
  async isOurs(path) {
    try {
      const about = JSON.parse(await readFile(besideNpy(path), 'utf8'))
      return typeof about.model?.id === 'string' && Array.isArray(about.paths)
    } catch {
      return false
    }
  },
  async write(path, pieces, dimension, about) {
    const file = await WholeFile.begin(path, REMEDIES)
    const paths: string[] = []
    const labels: (string | null)[] = []
    try {
      // the number of rows is known at the end
      await file.append(npyHeader(0, dimension))
      for await (const { rows, vectors } of pieces) {
        await file.append(bytesOf(vectors))
        for (const { path, label } of rows) {
          paths.push(path)
          labels.push(label)
        }
      }
      await writeWhole(besideNpy(path), namesOf(about, paths, labels), REMEDIES)
      await file.finish(npyHeader(paths.length, dimension))
    } catch (error) {
      await file.abandon()
      throw error
    }
    return { rows: paths.length, beside: besideNpy(path) }
  },
}

/** `vectors.json` of `vectors.npy`. */
function besideNpy(path: string): string {
  return path.replace(/\.npy$/i, '.json')
}

function namesOf(about: OutputAbout, paths: readonly string[], labels: readonly (string | null)[]): string {
  const own = labels.some((label) => label !== null) ? { labels } : {}
  return `${JSON.stringify({ ...about, paths, ...own })}\n`
}

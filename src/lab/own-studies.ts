/** Studies as they are asked for: ours by name, a user's own by its file. */
import { suggestion, UsageError } from '../errors.js'
import { importDefault, isProgramName } from '../trainer/program-file.js'
import { checkStudy } from './check.js'
import type { PoolOptions } from './pool.js'
import { STUDIES } from './studies/index.js'
import type { Study } from './study.js'

/**
 * The studies of these names; `all` is all of them, with those of the files.
 * @throws UsageError with the nearest right name, or when a file holds no study
 */
export async function findStudies(names: readonly string[]): Promise<Study[]> {
  const known = await studiesWith(names.filter(isProgramName))
  if (names.includes('all')) return Object.values(known)
  return names.map((name) => {
    const own = Object.values(known).find(({ file }) => file === name)
    const study = own ?? (Object.hasOwn(known, name) ? known[name] : undefined)
    if (study) return study
    throw new UsageError(
      `there is no study '${name}': ${suggestion(name, [...Object.keys(known), 'all'])}, or give a file with one of your own`,
    )
  })
}

/** Ours and those of the files, by name. */
export async function studiesWith(files: readonly string[]): Promise<Record<string, Study>> {
  const own = await Promise.all(files.map(loadStudy))
  return { ...STUDIES, ...Object.fromEntries(own.map((study) => [study.name, study])) }
}

/** What trains networks of studies in processes of their own: all that are ours or from a file. */
export function workerFor(studies: readonly Study[]): NonNullable<PoolOptions['worker']> {
  const files = studies.flatMap(({ file }) => (file === undefined ? [] : [file]))
  return { module: new URL('./study-worker.js', import.meta.url), words: files }
}

async function loadStudy(file: string): Promise<Study> {
  return { ...checkStudy((await importDefault(file, 'study')) as Partial<Study>, file), file }
}

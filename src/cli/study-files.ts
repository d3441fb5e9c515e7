/** Studies by name: ours, and a user's own from a file. */
import { checkStudy, STUDIES, type Study } from '../lab/index.js'
import { importDefault } from '../trainer/program-file.js'

/** The default export of a `.ts` or `.js` file. @throws UsageError when it is no study */
export async function loadStudy(file: string): Promise<Study> {
  return { ...checkStudy((await importDefault(file, 'study')) as Partial<Study>, file), file }
}

/** Ours and those of the files. */
export async function studiesWith(files: readonly string[]): Promise<Record<string, Study>> {
  const own = await Promise.all(files.map(loadStudy))
  return { ...STUDIES, ...Object.fromEntries(own.map((study) => [study.name, study])) }
}

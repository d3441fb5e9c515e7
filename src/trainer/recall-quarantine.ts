/** What earlier sessions of a run set aside. */
import { Quarantine, type Source } from '../images/index.js'
import { quarantineLine, readLines } from '../run/index.js'

/** Pictures that were set aside before stay so, or a resumed run would fill their places anew. */
export function recallQuarantine(path: string, source: Source, maxShare: number | undefined): Quarantine {
  const quarantine = new Quarantine(source.size, { maxShare })
  for (const entry of readLines(path, quarantineLine)) {
    // a damaged line must not set a good picture aside
    const known = entry.index < source.size && source.describe(entry.index) === entry.path
    if (known) quarantine.add(entry)
  }
  return quarantine
}

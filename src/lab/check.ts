/** Whether a user's own study is complete, and its rows, figures and claims fit together. */
import { UsageError } from '../errors.js'
import type { Study } from './study.js'

const NEEDED = ['name', 'title', 'question', 'base', 'rows'] as const

/** @throws UsageError naming the first thing that does not fit */
export function checkStudy(given: Partial<Study>, where: string): Study {
  const missing = NEEDED.filter((key) => given[key] === undefined)
  if (missing.length > 0) {
    throw new UsageError(
      `the study in ${where} lacks ${missing.join(', ')}: see src/lab/studies for how one is written`,
    )
  }
  const study = { published: [], claims: [], ...given } as Study
  const names = study.rows.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice) throw new UsageError(`${study.name} has two rows '${twice}': give each a name of its own`)
  const wide = study.rows.find(({ published = [] }) => published.length > study.published.length)
  if (wide) {
    throw new UsageError(
      `${study.name} has ${study.published.length} published columns, the row '${wide.name}' has ${wide.published?.length} figures: name each column in 'published'`,
    )
  }
  const asked = study.claims.flatMap((claim) =>
    'of' in claim ? claim.of.map(({ row }) => row) : [...claim.rows],
  )
  const unknown = asked.find((row) => !names.includes(row))
  if (unknown)
    throw new UsageError(`a claim of ${study.name} speaks of the row '${unknown}', which it does not have`)
  return study
}

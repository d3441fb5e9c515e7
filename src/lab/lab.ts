/** Runs studies: what is missing is trained, then the page and its pictures are written, finished or not. */
import { join } from 'node:path'
import { UsageError } from '../errors.js'
import { fingerprint, isNamedSet } from '../images/index.js'
import { encoderName } from '../learn/encoder/encoders.js'
import { factsOf } from '../learn/facts.js'
import { writeAtomically } from '../run/index.js'
import { draw } from './draw.js'
import { type Circumstances, inJson, inTerminal, page, section } from './page.js'
import { openSides } from './pictures.js'
import { dataOf, type Planned, type PlanOptions, planStudy } from './plan.js'
import { type PoolOptions, runAll } from './pool.js'
import type { Result } from './result.js'
import { Store } from './store.js'
import { STUDIES } from './studies/index.js'
import type { Study } from './study.js'

export interface LabOptions
  extends PlanOptions,
    Pick<PoolOptions, 'worker' | 'jobs' | 'progress' | 'signal'> {
  /** Gets `lab.md`, and a folder `lab` with the pictures and all that was measured. */
  out: string
  /** What was typed after the study's name, for the page. */
  words: string
  note?: (text: string) => void
}

export interface Outcome {
  text: string
  json: ReturnType<typeof inJson>
}

/**
 * Trains what is missing of the wanted studies. The page shows these and every other whose rows were all measured with the same
 * options, by earlier commands. Once `signal` is aborted the networks under way are given up, and the outcome and the page are of
 * those that are finished, which are kept: the same call goes on from there.
 * @throws UsageError when a study cannot be had on these pictures, SelfsameError when a network cannot be trained
 */
export async function runStudies(wanted: readonly Study[], options: LabOptions): Promise<Outcome[]> {
  const folder = join(options.out, 'lab')
  const store = new Store(join(folder, 'networks.jsonl'))
  for (const data of new Set(wanted.map((study) => dataOf(study, options)))) {
    const { train, test } = await openSides(data)
    if (!train.labels) {
      throw new UsageError(
        `${data} has no classes, and a study is judged by them: put the pictures into one folder a class, or choose a named set`,
      )
    }
    const looks = isNamedSet(data) ? undefined : `${await fingerprint(train)} ${await fingerprint(test)}`
    store.remember({ data, facts: await factsOf(train), ...(looks && { looks }) })
  }
  const plans = new Map<Study, Planned[]>()
  for (const study of new Set([...Object.values(STUDIES), ...wanted])) {
    const set = store.pictures(dataOf(study, options))
    try {
      if (set) plans.set(study, planStudy(study, options, set.facts, set.looks))
    } catch (error) {
      // other studies share the page, and need not fit these pictures
      if (wanted.includes(study) || !(error instanceof UsageError)) throw error
    }
  }
  const planned = wanted.flatMap((study) => plans.get(study) as Planned[])
  const { worker, jobs, progress, signal, note } = options
  try {
    await runAll(
      planned.toSorted((a, b) => a.seed - b.seed),
      store,
      {
        ...(worker && { worker }),
        ...(jobs !== undefined && { jobs }),
        ...(progress && { progress }),
        ...(signal && { signal }),
        onResult: (one, result) => note?.(inWords(one, result)),
      },
    )
  } finally {
    const found = [...plans].map(([study, own]) => ({ study, planned: own, results: resultsOf(own, store) }))
    const sections = found
      .filter(({ study, results }) => wanted.includes(study) || results.size === study.rows.length)
      .map(({ study, planned, results }) => {
        writeAtomically(join(folder, `${study.name}.svg`), draw(study, results))
        return {
          study,
          results,
          text: section(study, results, circumstances(study, planned, results, options)),
        }
      })
    writeAtomically(join(options.out, 'lab.md'), page(sections))
  }
  return wanted.map((study) => {
    const results = resultsOf(plans.get(study) as Planned[], store)
    return { text: inTerminal(study, results), json: inJson(study, results) }
  })
}

function inWords({ study, row, seed }: Planned, { linear, knn, state }: Result): string {
  const figures = [
    `linear ${(100 * linear).toFixed(1)}`,
    `20-NN ${(100 * knn).toFixed(1)}`,
    ...(state ? [state] : []),
  ]
  return `${study}: ${row}, seed ${seed}: ${figures.join(', ')}`
}

/** The stored results of each row, in the order of the seeds. */
function resultsOf(planned: readonly Planned[], store: Store): Map<string, Result[]> {
  const results = new Map<string, Result[]>()
  for (const { row, trial } of planned) {
    const result = store.get(trial)
    if (result) results.set(row, [...(results.get(row) ?? []), result])
  }
  return results
}

function circumstances(
  study: Study,
  planned: readonly Planned[],
  results: ReadonlyMap<string, readonly Result[]>,
  { words }: LabOptions,
): Circumstances {
  const { trial } = planned[0] as Planned
  const all = [...results.values()].flat()
  return {
    command: `npx selfsame study ${study.file ?? study.name} ${words}`,
    machines: machinesOf(all),
    data: trial.data,
    pictures: trial.pictures,
    epochs: trial.settings.epochs,
    encoder: encoderName(trial.settings.encoder),
    seeds: Math.max(0, ...[...results.values()].map((own) => own.length)),
    missing: planned.length - all.length,
    seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

/** Processors and precisions that networks were trained with, and how many each where there are several. */
function machinesOf(results: readonly Result[]): string {
  const names = results.map(({ processor, precision }) => `${processor} in ${precision}`)
  const counts = [...new Set(names)].map((name) => ({
    name,
    count: names.filter((one) => one === name).length,
  }))
  if (counts.length <= 1) return counts[0]?.name ?? 'nothing measured'
  return counts
    .map(({ name, count }) => `${count} ${count === 1 ? 'network' : 'networks'} on ${name}`)
    .join(', ')
}

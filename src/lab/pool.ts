/** Trains the networks of studies, several at a time, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { availableCores } from '../cores.js'
import { SelfsameError } from '../errors.js'
import { type Cell, cellId, type Pictures, picturesOf, runCell } from './cell.js'
import type { Planned } from './plan.js'
import type { Result } from './result.js'
import type { Store } from './store.js'
import type { Answer, Task } from './worker.js'

export interface PoolOptions {
  /** What runs in each process: a module that calls `serve`, and its words. Without it all is trained in this process. */
  worker?: { module: URL; words: readonly string[] }
  /** Networks at a time; one a core unless given, as small networks gain little from a second. */
  jobs?: number
  /** How many networks are done, of those that were not in the store, and which share of their work, those under way with it. */
  progress?: (done: number, total: number, share: number) => void
  /** Asked between two networks; true ends it. */
  stopped?: () => boolean
  onResult?: (planned: Planned, result: Result) => void
}

/**
 * Trains what the store does not hold yet, and puts every result there as it comes. Networks that several rows or studies
 * ask for are trained once.
 * @returns whether all were done; false when it was stopped
 */
export async function runAll(
  planned: readonly Planned[],
  store: Store,
  { worker, jobs = availableCores(), progress, stopped = () => false, onResult }: PoolOptions = {},
): Promise<boolean> {
  const waiting = [...new Map(planned.map((one) => [cellId(one.cell), one])).values()].filter(
    ({ cell }) => store.get(cell) === undefined,
  )
  const total = waiting.length
  const wholeWork = waiting.reduce((sum, { cell }) => sum + workOf(cell), 0)
  const underWay = new Map<string, number>()
  let done = 0
  let workDone = 0
  const tell = () => {
    const begun = [...underWay.values()].reduce((sum, work) => sum + work, 0)
    progress?.(done, total, wholeWork === 0 ? 1 : (workDone + begun) / wholeWork)
  }
  const work = async (run: Run) => {
    for (let next = waiting.shift(); next && !stopped(); next = waiting.shift()) {
      const id = cellId(next.cell)
      const result = await run(next, (share) => {
        underWay.set(id, share * workOf(next.cell))
        tell()
      })
      store.add(next.cell, `${next.study}: ${next.row}`, result)
      underWay.delete(id)
      workDone += workOf(next.cell)
      done++
      onResult?.(next, result)
      tell()
    }
  }
  tell()
  const workers = worker ? Array.from({ length: Math.min(jobs, total) }, () => new Worker(worker, jobs)) : []
  try {
    if (worker) await Promise.all(workers.map((one) => work((next, share) => one.run(next, share))))
    else await work(hereAndNow())
  } finally {
    for (const one of workers) one.end()
  }
  return done === total
}

/** In pictures that are trained on: judging takes as long as some thousands. */
function workOf({ untrained, pictures, settings }: Cell): number {
  return JUDGING + (untrained ? 0 : pictures * settings.epochs)
}

const JUDGING = 6000

type Run = (planned: Planned, progress: (share: number) => void) => Promise<Result>

function hereAndNow(): Run {
  const opened = new Map<string, Promise<Pictures>>()
  return async ({ cell, method }, progress) => runCell(cell, method, await picturesOf(opened, cell), progress)
}

/** A process that trains one network after the other. */
class Worker {
  readonly #process: ChildProcess

  constructor({ module, words }: NonNullable<PoolOptions['worker']>, jobs: number) {
    const threads = Math.max(1, Math.floor(availableCores() / jobs))
    this.#process = fork(fileURLToPath(module), words, {
      env: { SELFSAME_THREADS: String(threads), OMP_WAIT_POLICY: 'passive', ...process.env },
    })
  }

  run({ cell, study, row, seed }: Planned, progress: (share: number) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        this.#process.off('message', onMessage)
        this.#process.off('exit', onExit)
        then()
      }
      const onMessage = (answer: Answer) => {
        if ('share' in answer) progress(answer.share)
        else if ('result' in answer) settle(() => resolve(answer.result))
        else settle(() => reject(new SelfsameError(`${study}, ${row}, seed ${seed}: ${answer.error}`)))
      }
      const onExit = (code: number | null, signal: string | null) =>
        settle(() =>
          reject(
            new SelfsameError(
              `the process that trained ${study}, ${row} ended by ${signal ?? `code ${code}`}: run the study again, what is finished is kept`,
            ),
          ),
        )
      this.#process.on('message', onMessage)
      this.#process.on('exit', onExit)
      this.#process.send({ cell, study, row } satisfies Task)
    })
  }

  end(): void {
    this.#process.kill()
  }
}

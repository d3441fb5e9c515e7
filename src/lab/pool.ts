/** Runs the trials of studies, several at a time, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { availableCores } from '../cores.js'
import { SelfsameError } from '../errors.js'
import { OpenedPictures } from './pictures.js'
import type { Planned } from './plan.js'
import type { Result } from './result.js'
import { runTrial } from './run-trial.js'
import type { Store } from './store.js'
import { type Trial, trialId } from './trial.js'
import type { Answer, Task } from './worker.js'

export interface PoolOptions {
  /** What each process runs: a module that calls `serve`, and its arguments. Without it trials run in this process. */
  worker?: { module: URL; words: readonly string[] }
  /** Trials at a time; one a core unless given, as small networks gain little from a second. */
  jobs?: number
  /** Trials done, trials that the store lacked, and the share of their work that is done, trials under way included. */
  progress?: (done: number, total: number, share: number) => void
  /** Ends the trials under way and begins no other. */
  signal?: AbortSignal
  onResult?: (planned: Planned, result: Result) => void
}

/**
 * Runs the trials whose results the store lacks, and stores each result as it comes. Rows or studies that ask for equal trials
 * share one. Returns early once the signal is aborted; trials under way are then lost, those before are in the store.
 */
export async function runAll(
  planned: readonly Planned[],
  store: Store,
  { worker, jobs = availableCores(), progress, signal, onResult }: PoolOptions = {},
): Promise<void> {
  const waiting = [...new Map(planned.map((one) => [trialId(one.trial), one])).values()].filter(
    ({ trial }) => store.get(trial) === undefined,
  )
  const total = waiting.length
  const wholeWork = waiting.reduce((sum, { trial }) => sum + workOf(trial), 0)
  const underWay = new Map<string, number>()
  let done = 0
  let workDone = 0
  const tell = () => {
    const begun = [...underWay.values()].reduce((sum, work) => sum + work, 0)
    progress?.(done, total, wholeWork === 0 ? 1 : (workDone + begun) / wholeWork)
  }
  const work = async (run: Run) => {
    for (let next = waiting.shift(); next && !signal?.aborted; next = waiting.shift()) {
      const { trial, study, row } = next
      const id = trialId(trial)
      const result = await run(next, (share) => {
        underWay.set(id, share * workOf(trial))
        tell()
      })
      store.add(trial, `${study}: ${row}`, result)
      underWay.delete(id)
      workDone += workOf(trial)
      done++
      onResult?.(next, result)
      tell()
    }
  }
  tell()
  const count = worker && !signal?.aborted ? Math.min(jobs, total) : 0
  const workers = Array.from({ length: count }, () => new Worker(worker as Module, jobs, signal))
  const endAll = () => {
    for (const one of workers) one.end()
  }
  signal?.addEventListener('abort', endAll)
  try {
    if (worker) await Promise.all(workers.map((one) => work((next, share) => one.run(next, share))))
    else await work(inThisProcess(signal))
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
  } finally {
    signal?.removeEventListener('abort', endAll)
    endAll()
  }
}

/** How long a trial takes, measured in training pictures. */
function workOf({ untrained, pictures, settings }: Trial): number {
  return JUDGING + (untrained ? 0 : pictures * settings.epochs)
}

/** What judging takes. */
const JUDGING = 6000

type Run = (planned: Planned, progress: (share: number) => void) => Promise<Result>
type Module = NonNullable<PoolOptions['worker']>

function inThisProcess(signal: AbortSignal | undefined): Run {
  const opened = new OpenedPictures()
  return async ({ trial, method }, progress) =>
    runTrial(trial, method, await opened.of(trial), { progress, signal })
}

/** A process that runs one trial after the other. */
class Worker {
  readonly #process: ChildProcess
  readonly #signal: AbortSignal | undefined

  constructor({ module, words }: Module, jobs: number, signal: AbortSignal | undefined) {
    const threads = Math.max(1, Math.floor(availableCores() / jobs))
    this.#signal = signal
    this.#process = fork(fileURLToPath(module), words, {
      env: { SELFSAME_THREADS: String(threads), OMP_WAIT_POLICY: 'passive', ...process.env },
    })
  }

  run({ trial, study, row, seed }: Planned, progress: (share: number) => void): Promise<Result> {
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
      const onExit = (code: number | null, killedBy: string | null) => {
        const reason = this.#signal?.aborted
          ? this.#signal.reason
          : new SelfsameError(
              `the process that trained ${study}, ${row} ended by ${killedBy ?? `code ${code}`}: run the study again, what is finished is kept`,
            )
        settle(() => reject(reason))
      }
      this.#process.on('message', onMessage)
      this.#process.on('exit', onExit)
      this.#process.send({ trial, study, row } satisfies Task)
    })
  }

  end(): void {
    this.#process.kill()
  }
}

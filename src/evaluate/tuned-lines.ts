/** Fine-tuning as a part of a judgement: answers that are kept beside the features. */
import { fingerprint } from '../images/index.js'
import type { Table } from '../judge/index.js'
import { beginAsRun } from '../trainer/init.js'
import { cacheKey } from './feature-cache.js'
import { fineTune } from './fine-tuning.js'
import type { JudgedRun } from './judged-run.js'
import type { Judging, Tell } from './judging.js'
import type { Parts } from './sides.js'

/** None, with a note or a failure, where nothing comes of it. */
export async function fineTuneLines(
  { folder, record, trained, digests }: JudgedRun,
  { train, test }: Parts,
  { seed, cache, attempts, ...reading }: Judging,
  progress: Tell,
): Promise<Table> {
  const pictures = `${await fingerprint(train)} ${await fingerprint(test)}`
  const digest = `fine-tuned ${trained.step} ${digests.learned} ${pictures}`
  const key = (name: string) => cacheKey({ digest, seed, name })
  const lines = await attempts.of('Fine-tuning', () =>
    fineTune(
      {
        ...{ state: trained, train, test, ...reading },
        ...(record.init && { begin: (state) => beginAsRun(folder, record, state) }),
      },
      {
        seed,
        kept: {
          read: (name) => cache.readResult(key(name)),
          write: (line) => cache.writeResult(key(line.name), line),
        },
        progress: (_, done, total) => progress(done, total),
      },
    ),
  )
  return lines ?? []
}

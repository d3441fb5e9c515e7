import { type Check, checkData, openData } from '../images/index.js'
import type { Progress } from '../trainer/progress.js'
import { StopRequest } from './stop.js'

export interface DataCheckOptions {
  sample?: number
  badShare: number
  followLinks?: boolean
  json?: boolean
}

/** Checks a set; Ctrl-C ends it with what is known by then. */
export async function checkVerb(
  spec: string,
  { sample, badShare, followLinks }: DataCheckOptions,
  progress: Progress,
): Promise<Check> {
  // each picture is read once, so keeping any would help nobody
  const data = await openData(spec, {
    cacheBytes: 0,
    followLinks,
    progress: (text, done, total) => progress.work(text, done, total),
  })
  const stop = new StopRequest(() => progress.note('Stopping; what is known by now follows.'))
  const looked = Math.min(sample ?? Number.POSITIVE_INFINITY, data.train.size + (data.test?.size ?? 0))
  progress.note(`Reading ${looked.toLocaleString('en')} pictures; Ctrl-C ends it with what is known by then.`)
  const since = performance.now()
  try {
    return await checkData(data, {
      ...(sample !== undefined && { sample }),
      maxShare: badShare,
      signal: stop.signal,
      progress: (done, total) => {
        if (!stop.requested) progress.work('Read', done, total, since)
      },
    })
  } finally {
    progress.close()
    stop.end()
  }
}

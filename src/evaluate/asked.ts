/** Which pictures a judgement asked about, of how many, and whether training had seen them. */
import { samePlace } from '../images/index.js'
import type { Method } from '../learn/method.js'
import type { RunRecord } from '../run/index.js'
import { dataOf } from '../trainer/open.js'
import type { Fitting } from './fitting.js'
import type { Parts } from './sides.js'

export interface Asked {
  /** Asked about. */
  pictures: number
  /** In all, those for training and for testing together. */
  of: number
  /** Of those asked about, as many as are measured without labels. */
  withoutLabels: number
  /** How training had seen them; `elsewhere` where they are another set than the run's. */
  seen: 'no' | 'without classes' | 'with classes' | 'elsewhere'
}

/** @param given the set that was named in place of the run's own */
export function askedOf(
  { train, test }: Fitting,
  parts: Parts,
  { record, method }: { record: RunRecord; method: Method },
  given: string | undefined,
  withoutLabels: number,
): Asked {
  const own = given === undefined || samePlace(dataOf(record), given)
  const how = method.loss.needsLabels ? 'with classes' : 'without classes'
  return {
    pictures: parts.test.size,
    of: train.size + (test?.size ?? 0),
    withoutLabels,
    seen: !own ? 'elsewhere' : parts.fromTraining ? how : 'no',
  }
}

const SEEN: Record<Asked['seen'], string> = {
  no: 'training saw none of them',
  'without classes': 'training saw them, too, but no classes',
  'with classes': 'training saw them and their classes, which flatters it',
  elsewhere: 'they are of another set than the run was trained on',
}

/** The same in one sentence. */
export function askedInWords({ pictures, of, withoutLabels, seen }: Asked): string {
  const number = (value: number) => value.toLocaleString('en')
  const which = pictures === of ? `${number(of)} pictures` : `${number(pictures)} of ${number(of)} pictures`
  const some =
    withoutLabels > 0 && withoutLabels < pictures
      ? ` (without labels: on ${number(withoutLabels)} of these)`
      : ''
  return `Judged on ${which}${some}; ${SEEN[seen]}.`
}

/** What should be done about a set, a sentence each. */
import { setting } from '../../setting.js'
import { type Check, SMALL_SIDE } from './check.js'

/** A class this many times as large as another is worth a word. */
const UNBALANCED = 20
/** A share of copies above this is worth a word. */
const MANY_COPIES = 0.01

/** Sentences on what is wrong, the worst first. */
export function adviceOn(check: Check): string[] {
  return [
    ...unreadable(check),
    ...leftOut(check),
    ...leaks(check),
    ...contradictions(check),
    ...repeats(check),
    ...others(check),
  ]
}

function unreadable({ aside: { count, limit }, visited, read, train, test = 0, looked }: Check): string[] {
  if (count === 0) return []
  if (read === 0) return ['No picture can be read: repair the files or give others.']
  // a sample or a stopped check knows a part of them
  const expected = Math.round((count / visited) * train)
  const whole = visited === looked && looked === train + test
  const many = `${percent(count / visited)} of the pictures cannot be read, ${whole ? 'and' : `about ${expected} in all, and`} ${limit} may be passed over`
  if (expected > limit) {
    return [`${many}: training will stop. Repair or remove the files, or raise ${setting('badShare')}.`]
  }
  return [`${many}: training will pass over them and say so.`]
}

function leftOut({ notes }: Check): string[] {
  const left = notes.filter((note) => note.startsWith('left out'))
  if (left.length === 0) return []
  return ['Some of what lies there is left out, as said beside “Set aside”: see that none of it is missing.']
}

function leaks({ exact: { testInTrain } }: Check): string[] {
  if (testInTrain === 0) return []
  return [
    `Of the pictures for testing ${plural(testInTrain, 'is', 'are')} among those for training: what is measured on them is better than it should be. Remove them from one side.`,
  ]
}

function contradictions({ exact: { labelsDiffer } }: Check): string[] {
  if (labelsDiffer === 0) return []
  return [
    `The same picture lies in different classes ${times(labelsDiffer)}: one of the classes is wrong each time.`,
  ]
}

function repeats({ exact, read }: Check): string[] {
  const spare = exact.pictures - exact.groups
  if (spare === 0 || spare < MANY_COPIES * read) return []
  return [
    `${percent(spare / read)} of the pictures are copies of others: they count several times in training. Keep one of each.`,
  ]
}

function others({ flat, classes = [], sizes, read, grey, channels }: Check): string[] {
  const single = classes.filter(({ train, test }) => train === 1 && test === 0)
  // where no picture for training has a class, none lacks any
  const empty = classes.some(({ train }) => train > 0) ? classes.filter(({ train }) => train === 0) : []
  const counts = classes.map(({ train }) => train).filter((train) => train > 0)
  const ratio = counts.length > 1 ? Math.max(...counts) / Math.min(...counts) : 1
  return [
    ...(flat.count > 0
      ? [
          `${plural(flat.count, 'picture is', 'pictures are')} of one colour throughout, so there is nothing to learn from: remove them.`,
        ]
      : []),
    ...(single.length > 0
      ? [
          `${plural(single.length, 'class has', 'classes have')} a single picture (${names(single)}): it can be for training or for testing, not for both.`,
        ]
      : []),
    ...(empty.length > 0
      ? [`${plural(empty.length, 'class has', 'classes have')} no picture for training (${names(empty)}).`]
      : []),
    ...(ratio >= UNBALANCED
      ? [
          `The largest class is ${Math.round(ratio)} times the smallest: accuracy says most about the large ones.`,
        ]
      : []),
    ...(sizes && sizes.small > read / 20 && sizes.largest[0] !== sizes.smallest[0]
      ? [
          `${percent(sizes.small / read)} of the pictures have a short side under ${SMALL_SIDE} px: they are enlarged, and look blurred beside the others.`,
        ]
      : []),
    ...(channels === 3 && read > 0 && grey === read
      ? ['All pictures are grey and stored as colour: changes of colour will teach nothing.']
      : []),
  ]
}

function names(classes: readonly { name: string }[]): string {
  const shown = classes.slice(0, 5).map(({ name }) => name)
  return shown.join(', ') + (classes.length > shown.length ? ', …' : '')
}

function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}

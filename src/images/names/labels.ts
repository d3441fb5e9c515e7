import { SelfsameError } from '../../errors.js'
import { sortedByBytes } from './order.js'

/** Classes of several sides of a split, numbered alike. */
export interface Labels {
  classes: string[]
  /** of each side; below 0 where a picture has none */
  labels: (Int32Array | undefined)[]
}

const MOST_CLASSES = 1_000_000

/** Collects classes by name, each number standing for the name that came when it was first needed. */
export class ClassNames {
  readonly #numbers = new Map<string, number>()

  /**
   * The number of a class; names that differ by their Unicode form only, as macOS and Linux write 'é', are one.
   * @throws SelfsameError when there are more than a million
   */
  number(text: string): number {
    const name = text.normalize('NFC')
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    if (this.#numbers.size === MOST_CLASSES) {
      throw new SelfsameError(
        `there are more than ${MOST_CLASSES} classes, so these are no labels; leave them out`,
      )
    }
    this.#numbers.set(name, this.#numbers.size)
    return this.#numbers.size - 1
  }

  /** The names in order, whole numbers by value, and the number in that order of each number given before. */
  sorted(): { classes: string[]; renumber: Int32Array } {
    const names = [...this.#numbers.keys()]
    const whole = names.every((name) => /^-?\d{1,15}$/.test(name))
    const classes = whole ? names.sort((a, b) => Number(a) - Number(b)) : sortedByBytes(names)
    const renumber = new Int32Array(classes.length)
    for (const [at, name] of classes.entries()) renumber[this.#numbers.get(name) as number] = at
    return { classes, renumber }
  }
}

/** Turns class numbers as they are stored, below 0 for none, into labels: the numbers that occur are the classes. */
export function labelsFrom(sides: readonly (ArrayLike<number> | undefined)[]): Labels {
  const names = new ClassNames()
  // a number's text is made once, not for each picture
  const numbers = new Map<number, number>()
  const first = sides.map(
    (side) =>
      side &&
      Int32Array.from(side, (value) => {
        if (value < 0) return -1
        const known = numbers.get(value)
        if (known !== undefined) return known
        const number = names.number(String(value))
        numbers.set(value, number)
        return number
      }),
  )
  const { classes, renumber } = names.sorted()
  // a side without one label has no labels
  const known = (side: Int32Array) => side.some((label) => label >= 0)
  return {
    classes,
    labels: first.map((side) => (side && known(side) ? renumbered(side, renumber) : undefined)),
  }
}

/** Labels in the order of the sorted names. */
export function renumbered(labels: Int32Array, renumber: Int32Array): Int32Array {
  return labels.map((label) => (label < 0 ? -1 : (renumber[label] as number)))
}

/** What can be expected of pictures, said before time is spent on them. None of it stops anything. */
import type { QuickLook } from '../images/index.js'
import { FEW_PICTURES, SOME_PICTURES } from '../judge/index.js'
import { setting } from '../setting.js'

/** Share of those looked at above which most of what is there is worth a word, and where it is nearly all. */
const WORTH_A_WORD = 0.05
const NEARLY_ALL = 0.9
const MANY_COPIES = 1 / 3
const MANY_GREY = 0.2
/** Sides in px. */
const TINY = 16
const HUGE = 10_000
/** Times as long as wide. */
const LONG = 4
/** Times as large. */
const MIXED = 8

/** What expectations follow from. */
export interface Expected {
  pictures: number
  look: QuickLook
  /** Whether all of its training is a solution in closed form. */
  closed: boolean
  /** Whether the encoder begins from given weights. */
  given: boolean
  /** That it is judged without labels, and why, where it is. */
  unlabelled?: string | undefined
}

/** A sentence for each thing that makes less come of training than of ordinary pictures, the worst first. */
export function expectations(expected: Expected): string[] {
  const { look, pictures, unlabelled } = expected
  const looked = look.sizes.length
  const some = (count: number, of = looked) => {
    const all = of === pictures ? `${number(of)} pictures` : `${number(of)} pictures looked at`
    if (count === of) return `All ${all}`
    return `${number(count)} of ${of === pictures ? '' : 'the '}${all}`
  }
  return [
    ...nothing(look, some),
    ...tooFew(expected),
    ...tiny(look, some),
    ...long(look, some),
    ...huge(look, some),
    ...mixedSizes(look, some),
    ...mixedColours(look, some),
    ...(unlabelled
      ? [
          `${unlabelled}: figures will tell whether a picture is known again, not whether kinds are told apart; put each kind into a folder of its own to know that`,
        ]
      : []),
  ]
}

type Some = (count: number, of?: number) => string

function nothing({ seen, flat, same, copies }: QuickLook, some: Some): string[] {
  const meant = 'see that these are the pictures that were meant'
  if (seen < 2) return []
  if (flat >= NEARLY_ALL * seen)
    return [
      `${some(flat, seen)} are of one colour throughout, and nothing can be learned from them: ${meant}`,
    ]
  if (same >= NEARLY_ALL * seen)
    return [
      `${some(same, seen)} look the same, and nothing can be learned from what does not differ: ${meant}`,
    ]
  if (copies <= MANY_COPIES * seen) return []
  return [
    `${some(copies, seen)} look the same as another one: copies count several times, and training pushes them apart as if they differed; keep one of each`,
  ]
}

function tooFew({ pictures, closed, given }: Expected): string[] {
  const from = setting('init', 'dinov2-vit-s')
  if (pictures < FEW_PICTURES)
    return [
      given
        ? `${number(pictures)} pictures are too few to learn from: expect hardly more than the encoder knew before; some hundreds more are needed`
        : `${number(pictures)} pictures are too few to learn from: expect vectors little better than raw pixels; add some hundreds, or begin from a trained encoder (${from})`,
    ]
  if (pictures >= SOME_PICTURES || closed || given) return []
  return [
    `${number(pictures)} pictures are few: expect little beyond the closed form (${setting('method', 'smt')}), which takes seconds; add pictures, or begin from a trained encoder (${from})`,
  ]
}

function tiny({ sizes }: QuickLook, some: Some): string[] {
  const small = sizes.filter((size) => Math.min(...size) < TINY).length
  if (!isWorthAWord(small, sizes.length)) return []
  return [
    `${some(small)} have a short side under ${TINY} px: enlarged they show no more than before, so expect little of them; give larger ones where there are any`,
  ]
}

function long({ sizes }: QuickLook, some: Some): string[] {
  const stretched = sizes.filter((size) => Math.max(...size) > LONG * Math.min(...size)).length
  if (!isWorthAWord(stretched, sizes.length)) return []
  return [
    `${some(stretched)} are more than ${LONG} times as long as wide: only the square in their middle is looked at when they are judged; cut them into squares to have all of them count`,
  ]
}

function huge({ sizes }: QuickLook, some: Some): string[] {
  const large = sizes.filter((size) => Math.max(...size) > HUGE)
  if (!isWorthAWord(large.length, sizes.length)) return []
  const [width, height] = large.reduce((a, b) => (a[0] * a[1] < b[0] * b[1] ? b : a)) as readonly [
    number,
    number,
  ]
  return [
    `${some(large.length)} have a side over ${number(HUGE)} px (the largest ${number(width)} × ${number(height)}): they are shrunk before anything is learned, and what is small in them is lost; cut them into tiles where that matters`,
  ]
}

function mixedSizes({ sizes }: QuickLook, some: Some): string[] {
  const sides = sizes.map((size) => Math.min(...size)).sort((a, b) => a - b)
  // one large picture among many small ones is no mixture
  const largest = sides[Math.floor((1 - WORTH_A_WORD) * sides.length)] ?? 0
  const small = sides.filter((side) => MIXED * side < largest).length
  if (!isWorthAWord(small, sides.length)) return []
  return [
    `${some(small)} are less than an eighth of the size of the largest (short sides of ${number(sides[0] as number)} to ${number(largest)} px): all are brought to one size, and how sharp a picture is may count before what it shows; keep pictures of like sizes together`,
  ]
}

function mixedColours({ seen, flat, grey }: QuickLook, some: Some): string[] {
  if (grey < 2 || grey < MANY_GREY * seen || grey + flat === seen) return []
  return [
    `${some(grey, seen)} are grey and the others have colour: which of both a picture is may count before what it shows; train on each kind by itself, or make all grey`,
  ]
}

/** A single one is no matter of the set. */
function isWorthAWord(count: number, of: number): boolean {
  return count > 1 && count >= WORTH_A_WORD * of
}

function number(value: number): string {
  return value.toLocaleString('en')
}

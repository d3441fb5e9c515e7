/** A side of a split, as names tell it; what is unlabelled is for training, without classes. */
export type Part = 'train' | 'test' | 'val' | 'unlabelled'

/** The words for each side, in folder names, names of tars and arrays, and manifests. */
const WORDS: Readonly<Record<Part, readonly string[]>> = {
  train: ['train', 'training'],
  test: ['test', 'testing'],
  val: ['val', 'valid', 'validation'],
  unlabelled: ['unlabelled', 'unlabeled', 'unsupervised', 'unsup'],
}

const PARTS = Object.keys(WORDS) as Part[]

/** The same as in messages. */
export const SPLIT_WORDS = PARTS.flatMap((part) => WORDS[part]).join(', ')

/** Words that say nothing about a split or what is in it: 'training_set', 'Test Data', 'train-images'. */
const PLAIN = 'set sets split data dataset img imgs image images photos pictures'.split(' ')

/** 'trainset' and 'val2017' are a word with another, or a number, behind it. */
const JOINED = new RegExp(`^(${PARTS.flatMap((part) => WORDS[part]).join('|')})(?:${PLAIN.join('|')})?\\d*$`)

/** The side that a word stands for; nothing for other words. */
function sideNamed(word: string): Part | undefined {
  const [, plain = ''] = JOINED.exec(word) ?? []
  return PARTS.find((part) => WORDS[part].includes(plain))
}

/**
 * The side that a name says by one of its words, in any case, as in 'Training Data', 'train-000012.tar', 'x_test.npy' or
 * MNIST's 't10k-images'.
 */
export function partOf(name: string): Part | undefined {
  const parts = wordsOf(name).map((word) => (word === 't10k' ? 'test' : sideNamed(word)))
  const side = parts.find((part) => part !== undefined && part !== 'unlabelled')
  // 'train_unlabeled' is for training, 'test_unlabeled' is not
  return parts.includes('unlabelled') && (side ?? 'train') === 'train' ? 'unlabelled' : side
}

/** What is left of a name without the words that tell a side, or nothing: 'birds' of 'birds-train'. */
export function stemOf(name: string): string {
  return wordsOf(name)
    .filter((word) => sideNamed(word) === undefined && !PLAIN.includes(word))
    .join('-')
}

/**
 * True where names are a split: one for training beside one for testing or validation, or beside none but unlabelled ones.
 * @param parts what each name says by itself
 * @param alone whether nothing else lies beside them
 */
export function isSplit(parts: readonly (Part | undefined)[], alone: boolean): boolean {
  if (!parts.includes('train')) return false
  return parts.includes('test') || parts.includes('val') || (alone && parts.includes('unlabelled'))
}

/** The side that is held back: where nothing is for testing, what is for validation. */
export function heldPart(parts: readonly (Part | undefined)[]): 'test' | 'val' {
  return parts.includes('test') ? 'test' : 'val'
}

/** True for a name that says of pictures that their classes are not known. */
export function isUnlabelled(name: string): boolean {
  return partOf(name) === 'unlabelled'
}

/** The note on pictures that names call unlabelled. */
export function unlabelledNote(pictures: number): string {
  return `trained on without classes, as their place is called unlabelled: ${pictures}`
}

/** The note on pictures for validation that nothing is made of. */
export function validationNote(pictures: number): string {
  return `left out because there are pictures for testing: ${pictures} for validation`
}

/** The note on files that the names of their neighbours leave out; none where there are none. */
export function neitherNote(names: readonly string[]): string[] {
  if (names[0] === undefined) return []
  const more = names.length > 1 ? ` and ${names.length - 1} more` : ''
  return [`left out because it is neither for training nor for testing: '${names[0]}'${more}`]
}

/** The words of a file's name, in lower case: what lies between '-', '_', '.' and blanks. */
export function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[-_.\s]+/)
    .filter((word) => word !== '')
}

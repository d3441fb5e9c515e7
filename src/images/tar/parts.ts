/** A side of a split, as names tell it. */
export type Part = 'train' | 'test' | 'val'

const WORDS: Readonly<Record<string, Part>> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  t10k: 'test',
  val: 'val',
  valid: 'val',
  validation: 'val',
}

/** The side that a file's name says by one of its words, as in 'train-000012.tar' or 'x_test.npy'. */
export function partOf(name: string): Part | undefined {
  for (const word of wordsOf(name)) {
    if (Object.hasOwn(WORDS, word)) return WORDS[word]
  }
  return undefined
}

/** The words of a file's name, in lower case: what lies between '-', '_', '.' and blanks. */
export function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[-_.\s]+/)
    .filter((word) => word !== '')
}

/** A side of a split, as names tell it. */
export type Part = 'train' | 'test' | 'val'

/** Words for the side of a split that is learned from, in folder names and manifests. */
export const TRAIN_WORDS: readonly string[] = ['train', 'training']

/** Words for the side that is held back; a validation set is used where there is no test set. */
export const TEST_WORDS: readonly string[] = ['test', 'testing', 'val', 'valid', 'validation']

/** The side that a word stands for, in any case; nothing for other words. */
export function sideNamed(word: string): Part | undefined {
  const plain = word.trim().toLowerCase()
  if (TRAIN_WORDS.includes(plain)) return 'train'
  if (!TEST_WORDS.includes(plain)) return undefined
  return plain.startsWith('test') ? 'test' : 'val'
}

/** The side that a file's name says by one of its words, as in 'train-000012.tar', 'x_test.npy' or MNIST's 't10k-images'. */
export function partOf(name: string): Part | undefined {
  for (const word of wordsOf(name)) {
    const part = word === 't10k' ? 'test' : sideNamed(word)
    if (part !== undefined) return part
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

/** Words for the side of a split that is learned from, in folder names and manifests. */
export const TRAIN_WORDS: readonly string[] = ['train', 'training']

/** Words for the side that is held back; a validation set is used where there is no test set. */
export const TEST_WORDS: readonly string[] = ['test', 'testing', 'val', 'valid', 'validation']

/** The side that a word stands for, in any case; nothing for other words. */
export function sideNamed(word: string): 'train' | 'test' | 'val' | undefined {
  const plain = word.trim().toLowerCase()
  if (TRAIN_WORDS.includes(plain)) return 'train'
  if (!TEST_WORDS.includes(plain)) return undefined
  return plain.startsWith('test') ? 'test' : 'val'
}

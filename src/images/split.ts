/** Words for the side of a split that is learned from, in folder names and manifests. */
export const TRAIN_WORDS: readonly string[] = ['train', 'training']

/** Words for the side that is held back, the ones that go first first: a validation set is used where there is no test set. */
export const TEST_WORDS: readonly string[] = ['test', 'testing', 'val', 'valid', 'validation']

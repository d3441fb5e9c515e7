/** Pictures of which nothing can be said: all the same one, or each of one colour throughout. */
export type Blank = 'same' | 'flat'

/** What all pictures are, what follows, and what those to be given in their place do. */
export const BLANK_WORDS: Readonly<Record<Blank, { are: string; so: string; other: string }>> = {
  same: { are: 'are the same one', so: 'nothing can tell them apart', other: 'differ' },
  flat: {
    are: 'are of one colour throughout',
    so: 'there is nothing in them to be learned',
    other: 'show something',
  },
}

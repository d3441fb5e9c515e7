import type { Remedies } from '../../write-error.js'

/** What is advised when vectors cannot be written. */
export const REMEDIES: Remedies = {
  room: 'free some space and run the same command again: what is done is kept',
  otherwise: 'give another place',
}

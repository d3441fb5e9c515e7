/** What a user is told of the pictures before training. */
import { leftOut } from '../learn/augment/colourless.js'
import type { Settings } from '../learn/settings.js'

/** What is done otherwise than with 8-bit colour photographs. */
export function aboutPictures({ channels, input: { maximum }, views }: Settings): string[] {
  const left = leftOut(views, channels)
  const kind = channels === 1 ? 'grey' : `of ${channels} channels`
  return [
    ...(left.length > 0 ? [`Pictures are ${kind}: ${left.join(', ')} are left out of the views`] : []),
    ...(maximum > 255 ? [`Pictures have 16 bits and are read as shares of ${maximum}`] : []),
  ]
}

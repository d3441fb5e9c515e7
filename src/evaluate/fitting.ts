/** Pictures in the channels that an encoder knows. */
import { type Data, type Source, withChannels } from '../images/index.js'
import { picturesFor } from '../learn/pictures.js'
import type { Settings } from '../learn/settings.js'

export interface Fitting {
  train: Source
  test?: Source
  /** What was done to make them fit, as a clause. */
  note?: string
}

/**
 * Makes listed pictures fit an encoder: to one of grey pictures coloured ones are made grey, to one of coloured pictures grey
 * ones get three equal channels.
 * @param spec what they were listed by
 * @throws UsageError where there are other numbers of channels
 */
export function fitting(spec: string, listed: Data, settings: Settings): Fitting {
  const { channels } = settings
  const own = listed.train.channels
  // files are made to fit as they are decoded, arrays are not
  const { train, test } = picturesFor(listed, settings)
  return {
    train: withChannels(train, channels),
    ...(test && { test: withChannels(test, channels) }),
    ...(own !== channels && {
      note: `The pictures of ${spec} are ${kind(own)} and were made ${kind(channels)}, as the encoder knows them`,
    }),
  }
}

function kind(channels: number): string {
  return channels === 1 ? 'grey' : channels === 3 ? 'coloured' : `of ${channels} channels`
}

/** Pictures in the channels that an encoder knows. */
import { type OpenOptions, openData, type Source, withChannels } from '../images/index.js'
import type { Settings } from '../learn/settings.js'
import { openPictures } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'

export interface Fitting {
  train: Source
  test?: Source
  /** What was done to make them fit, as a clause. */
  note?: string
}

/**
 * Opens pictures for an encoder: to one of grey pictures coloured ones are made grey, to one of coloured pictures grey ones
 * get three equal channels.
 * @throws UsageError where there are other numbers of channels
 */
export async function openFitting(
  spec: string,
  settings: Settings,
  progress: Progress,
  links: Pick<OpenOptions, 'followLinks'> = {},
): Promise<Fitting> {
  const { channels } = settings
  const { train: own } = await openData(spec, links)
  // files are made to fit as they are decoded, arrays are not
  const { train, test } = await openPictures(spec, settings, progress, links)
  return {
    train: withChannels(train, channels),
    ...(test && { test: withChannels(test, channels) }),
    ...(own.channels !== channels && {
      note: `The pictures of ${spec} are ${kind(own.channels)} and were made ${kind(channels)}, as the encoder knows them`,
    }),
  }
}

function kind(channels: number): string {
  return channels === 1 ? 'grey' : channels === 3 ? 'coloured' : `of ${channels} channels`
}

import { UsageError } from '../errors.js'
import type { Picture, Values } from './picture.js'
import { type Source, withoutRead } from './source.js'

/** Shares of red, green and blue in the brightness that is seen (ITU-R BT.601), as JPEG and PNG readers make grey. */
const BRIGHTNESS = [0.299, 0.587, 0.114] as const

/**
 * A source of pictures with so many channels: colours become their brightness, grey becomes three equal channels.
 * @throws UsageError between other numbers of channels, for which there is no one right way
 */
export function withChannels(source: Source, channels: number): Source {
  const own = source.channels
  if (own === channels) return source
  const change = own === 3 && channels === 1 ? grey : own === 1 && channels === 3 ? coloured : undefined
  if (!change) {
    throw new UsageError(
      `expected pictures of ${channels} channels, got ${own} in ${source.name}: give pictures of the same kind`,
    )
  }
  const { encoded: _, ...rest } = withoutRead(source)
  return { ...rest, channels, read: async (index) => change(await source.read(index)) }
}

function grey(picture: Picture): Picture {
  const { data, width, height } = picture
  const values = likeOf(data, width * height)
  const [red, green, blue] = BRIGHTNESS
  for (let i = 0; i < values.length; i++) {
    const at = 3 * i
    values[i] = Math.round(
      red * (data[at] as number) + green * (data[at + 1] as number) + blue * (data[at + 2] as number),
    )
  }
  return { ...picture, data: values, channels: 1 }
}

function coloured(picture: Picture): Picture {
  const { data, width, height } = picture
  const values = likeOf(data, 3 * width * height)
  for (let i = 0; i < values.length; i++) values[i] = data[Math.floor(i / 3)] as number
  return { ...picture, data: values, channels: 3 }
}

function likeOf(data: Values, length: number): Values {
  return data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)
}

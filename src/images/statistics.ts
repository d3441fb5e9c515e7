import { evenly } from './evenly.js'
import { Quarantine, readGood } from './quarantine.js'
import type { Source } from './source.js'

/** Statistics of each channel, as shares of the source's `maximum`: `[channels]` each. */
export interface ChannelStatistics {
  mean: number[]
  /** population deviation over all pixels */
  std: number[]
}

const SAMPLE = 512

/**
 * Mean and deviation of each channel over all pixels of `count` pictures, evenly spread over the source. Every picture
 * counts the same, whatever its size.
 * @param badShare of unreadable pictures at which to stop; 0.05 unless given
 * @throws SelfsameError when too many of them cannot be read
 */
export async function channelStatistics(
  source: Source,
  count = SAMPLE,
  badShare?: number,
): Promise<ChannelStatistics> {
  const looked = Math.min(count, source.size)
  const total = new Statistics(source)
  const quarantine = new Quarantine(source.size, { maxShare: badShare })
  for (const index of evenly(source.size, looked)) {
    const { picture } = await readGood(source, index, quarantine)
    total.add(picture.data)
  }
  return total.result()
}

/** Adds pictures up. */
export class Statistics {
  readonly #channels: number
  readonly #maximum: number
  readonly #means: Float64Array
  readonly #squares: Float64Array
  #pictures = 0

  constructor({ channels, maximum }: Pick<Source, 'channels' | 'maximum'>) {
    this.#channels = channels
    this.#maximum = maximum
    this.#means = new Float64Array(channels)
    this.#squares = new Float64Array(channels)
  }

  /**
   * @param values pixels with interleaved channels, at least one
   * @returns the largest deviation of a channel within this picture, as a share of full brightness
   */
  add(values: ArrayLike<number>): number {
    const channels = this.#channels
    const pixels = values.length / channels
    let widest = 0
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0
      let squares = 0
      for (let at = channel; at < values.length; at += channels) {
        const value = values[at] as number
        sum += value
        squares += value * value
      }
      const mean = sum / pixels
      const square = squares / pixels
      this.#means[channel] = (this.#means[channel] as number) + mean
      this.#squares[channel] = (this.#squares[channel] as number) + square
      widest = Math.max(widest, square - mean * mean)
    }
    this.#pictures++
    return Math.sqrt(widest) / this.#maximum
  }

  result(): ChannelStatistics {
    const scale = 1 / this.#maximum
    const mean = Array.from(this.#means, (sum) => (sum / this.#pictures) * scale)
    const std = mean.map((value, channel) => {
      const square = ((this.#squares[channel] as number) / this.#pictures) * scale * scale
      return Math.sqrt(Math.max(0, square - value * value))
    })
    return { mean, std }
  }
}

import type { Picture } from './picture.js'

/** A picture that any screen can show. */
export interface Displayed extends Picture {
  data: Uint8Array
  channels: 1 | 3
}

/**
 * A picture as 8 bits of grey or colour: of more than three channels the first three, of two the first.
 * @param maximum value of full brightness
 */
export function displayed(picture: Picture, maximum = 255): Displayed {
  const { data, width, height, channels } = picture
  const kept = channels >= 3 ? 3 : 1
  if (kept === channels && maximum === 255) return { ...picture, data: data as Uint8Array, channels: kept }
  const pixels = width * height
  const shown = new Uint8Array(pixels * kept)
  const scale = 255 / maximum
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < kept; channel++) {
      const value = (data[pixel * channels + channel] as number) * scale
      shown[pixel * kept + channel] = Math.min(255, Math.round(value))
    }
  }
  return { data: shown, width, height, channels: kept }
}

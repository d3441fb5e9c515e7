import { html, type Markup } from '../html.js'
import type { Thumb } from './types.js'

/** The picture as a `data:` address, so that the page needs no other file. */
export function dataUri(thumb: Thumb): string {
  return `data:${thumb.type};base64,${Buffer.from(thumb.bytes).toString('base64')}`
}

/** An `img` element; small pictures are enlarged with sharp edges so that their pixels can be seen. */
export function picture(thumb: Thumb, alt: string): Markup {
  const sharp = Math.max(thumb.width, thumb.height) <= 64 && 'sharp'
  return html`<img class="${sharp}" src="${dataUri(thumb)}" width="${thumb.width}" height="${thumb.height}" alt="${alt}">`
}

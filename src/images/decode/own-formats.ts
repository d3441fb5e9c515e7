import type { Bands } from './bands.js'
import { readBmp } from './bmp.js'
import { bmpHeader } from './bmp-header.js'
import { sniff } from './formats.js'
import type { Header } from './header.js'
import { pnmHeader, readPnm } from './pnm.js'
import { type Encoded, type Stored, withStored } from './stored.js'

interface OwnFormat {
  read(stored: Stored): Promise<Bands>
  header(stored: Stored): Promise<Header>
}

const OWN: Readonly<Record<string, OwnFormat>> = {
  BMP: {
    read: readBmp,
    header: async (stored) => {
      const { width, height, grey } = await bmpHeader(stored)
      return { width, height, channels: grey ? 1 : 3, maximum: 255, pages: 1, format: 'BMP' }
    },
  },
  PNM: {
    read: readPnm,
    header: async (stored) => {
      const { width, height, channels, maximum } = await pnmHeader(stored)
      return { width, height, channels, maximum: maximum > 255 ? 65535 : 255, pages: 1, format: 'PNM' }
    },
  },
}

/** Decodes a picture in a format that libvips does not know; undefined for all others. @throws Unread */
export function readOwn(from: Encoded): Promise<Bands | undefined> {
  return withStored(from, async (stored) => await OWN[sniff(await stored.at(0, 18)) ?? '']?.read(stored))
}

/** The same of its header alone. @throws Unread */
export function ownHeader(from: Encoded): Promise<Header | undefined> {
  return withStored(from, async (stored) => await OWN[sniff(await stored.at(0, 18)) ?? '']?.header(stored))
}

// A contact sheet: what one looks at before one believes a set.
import sharp from 'sharp'

const SIDE = 72

/** Writes a PNG with a row of training pictures a class. */
export async function contactSheet(pictures, path, { columns = 16, rows = 12 } = {}) {
  const train = pictures.filter(({ side }) => side === 'train')
  const classes = [...new Set(train.map((picture) => picture.class))].slice(0, rows)
  const places = classes.flatMap((name, row) => {
    const of = train.filter((picture) => picture.class === name)
    return Array.from({ length: Math.min(columns, of.length) }, (_, column) => ({
      picture: of[Math.floor((column * of.length) / columns)] ?? of[column],
      left: column * SIDE,
      top: row * SIDE,
    }))
  })
  const tiles = []
  for (const { picture, left, top } of places) {
    const input = await sharp(await picture.make())
      .resize(SIDE - 4, SIDE - 4, { fit: 'contain', background: '#888' })
      .toBuffer()
    tiles.push({ input, left: left + 2, top: top + 2 })
  }
  const size = { width: columns * SIDE, height: classes.length * SIDE }
  await sharp({ create: { ...size, channels: 3, background: '#888' } })
    .composite(tiles)
    .png()
    .toFile(path)
}

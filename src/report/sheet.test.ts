import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type Pixels, sheet, thumbnail } from './sheet.js'

function flat(width: number, height: number, colour: readonly number[]): Pixels {
  const data = new Uint8Array(width * height * colour.length).map((_, i) => colour[i % colour.length] ?? 0)
  return { data, width, height, channels: colour.length as 1 | 3 }
}

describe('thumbnail', () => {
  it('keeps tiny pictures exact and unenlarged', async () => {
    const data = new Uint8Array(28 * 28).map((_, i) => (i * 37) % 256)
    const thumb = await thumbnail({ data, width: 28, height: 28, channels: 1 }, 96)
    expect([thumb.type, thumb.width, thumb.height]).toEqual(['image/png', 28, 28])
    const back = await sharp(thumb.bytes).toColourspace('b-w').raw().toBuffer()
    expect([...back]).toEqual([...data])
  })

  it('shrinks larger ones to the size, proportions kept', async () => {
    const thumb = await thumbnail(flat(300, 150, [200, 40, 10]), 96)
    expect([thumb.type, thumb.width, thumb.height]).toEqual(['image/jpeg', 96, 48])
    const { channels } = await sharp(thumb.bytes).stats()
    expect(channels.map((channel) => Math.round(channel.mean / 10))).toEqual([20, 4, 1])
  })

  it('says what is wrong with bytes that do not fit', async () => {
    await expect(thumbnail({ data: new Uint8Array(5), width: 2, height: 2, channels: 1 }, 8)).rejects.toThrow(
      /2×2 with 1 channels needs 4 bytes, but got 5/,
    )
  })
})

describe('sheet', () => {
  it('puts each picture into its own tile, whatever its size and channels', async () => {
    const list = [
      flat(28, 28, [255]),
      flat(50, 20, [255, 0, 0]),
      flat(8, 8, [0, 255, 0]),
      flat(20, 40, [0, 0, 255]),
    ]
    const made = await sheet(list, 16, 3)
    expect([made.width, made.height]).toEqual([48, 32])
    const { data } = await sharp(made.bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const middle = (column: number, row: number) => {
      const at = ((row * 16 + 8) * 48 + column * 16 + 8) * 3
      return [...data.subarray(at, at + 3)].map((value) => Math.round(value / 255))
    }
    expect([middle(0, 0), middle(1, 0), middle(2, 0), middle(0, 1), middle(1, 1)]).toEqual([
      [1, 1, 1],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
    ])
  })

  it('is as small as a single picture', async () => {
    const made = await sheet([flat(5, 5, [0, 0, 255])], 16, 3)
    expect([made.width, made.height]).toEqual([16, 16])
    const { dominant } = await sharp(made.bytes).stats()
    expect([dominant.r < 20, dominant.b > 230]).toEqual([true, true])
  })

  it('refuses an empty list', async () => {
    await expect(sheet([], 16, 3)).rejects.toThrow(/at least one picture/)
  })
})

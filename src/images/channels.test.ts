import { expect, test } from 'vitest'
import { withChannels } from './channels.js'
import type { Source } from './source.js'

function source(channels: number, data: number[], maximum = 255): Source {
  const values = maximum > 255 ? Uint16Array.from(data) : Uint8Array.from(data)
  return {
    name: 'made',
    size: 1,
    channels,
    maximum,
    nativeSize: 1,
    labels: Int32Array.from([3]),
    describe: () => 'one',
    read: async () => ({ data: values, width: data.length / channels, height: 1, channels }),
    encoded: async () => ({ bytes: new Uint8Array(), extension: 'png' }),
  }
}

test('colours become their brightness, with the digits of ITU-R BT.601', async () => {
  const made = withChannels(source(3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]), 1)
  expect(made).toMatchObject({ channels: 1, labels: Int32Array.from([3]) })
  // 0.299, 0.587 and 0.114 of 255
  expect(await made.read(0)).toMatchObject({ data: Uint8Array.from([76, 150, 29, 9]), channels: 1, width: 4 })
  // the stored bytes are no longer what is read
  expect(made.encoded).toBeUndefined()
})

test('grey becomes three equal channels, in 16 bits as well', async () => {
  const made = withChannels(source(1, [7, 4095], 4095), 3)
  expect((await made.read(0)).data).toEqual(Uint16Array.from([7, 7, 7, 4095, 4095, 4095]))
})

test('the same number changes nothing, and others are refused', () => {
  const own = source(3, [1, 2, 3])
  expect(withChannels(own, 3)).toBe(own)
  expect(() => withChannels(source(4, [1, 2, 3, 4]), 1)).toThrow(
    'expected pictures of 1 channels, got 4 in made',
  )
})

import { expect, test } from 'vitest'
import { foreignPreprocessing } from './foreign.js'

const imagenet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] }
const half = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }

// as transformers writes them for the models named
test.each<[string, object, object]>([
  [
    'ResNet-50',
    { do_resize: true, size: { shortest_edge: 224 }, crop_pct: 0.875, resample: 3, ...imagenet },
    { size: 224, share: 0.875, decodeTo: 512 },
  ],
  [
    'ConvNeXt at 384 px',
    { size: { shortest_edge: 384 }, crop_pct: 0.875, ...imagenet },
    { size: 384, share: 1, whole: true },
  ],
  [
    'ViT',
    { do_resize: true, size: { height: 224, width: 224 }, resample: 2, ...half },
    { size: 224, share: 1, whole: true, filter: 'bilinear' },
  ],
  ['ViT of old', { do_resize: true, size: 224, resample: 2, ...half }, { size: 224, share: 1, whole: true }],
  [
    'CLIP',
    {
      size: { shortest_edge: 224 },
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      resample: 3,
      ...half,
    },
    { size: 224, share: 1 },
  ],
  ['CLIP of old', { size: 224, do_center_crop: true, crop_size: 224, ...half }, { size: 224, share: 1 }],
  [
    'DINOv2',
    {
      size: { shortest_edge: 256 },
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      ...imagenet,
    },
    { size: 224, share: 0.875 },
  ],
])('%s', (_, config, expected) => {
  const { whole, filter, ...made } = foreignPreprocessing(config, 'x.json', 3)
  expect({ ...made, ...(whole && { whole }), ...('filter' in expected && { filter }) }).toMatchObject({
    channels: 3,
    maximum: 255,
    ...expected,
  })
  if (!('whole' in expected)) expect(whole).toBeUndefined()
})

test('rescaling and normalising are one step, whichever is left out', () => {
  const size = { size: { shortest_edge: 32 }, do_center_crop: true, crop_size: 32 }
  const of = (config: object) => foreignPreprocessing({ ...size, ...config }, 'x.json', 1)
  /** What a value of 0 to 255 becomes. */
  const value = ({ mean, std }: { mean: number[]; std: number[] }, x: number) =>
    (x / 255 - (mean[0] as number)) / (std[0] as number)
  expect(value(of({ image_mean: 0.5, image_std: 0.25 }), 51)).toBeCloseTo((0.2 - 0.5) / 0.25, 9)
  expect(value(of({ do_rescale: false, image_mean: [100], image_std: [50] }), 51)).toBeCloseTo(
    (51 - 100) / 50,
    9,
  )
  expect(value(of({ rescale_factor: 1 / 127.5, image_mean: [1], image_std: [1] }), 51)).toBeCloseTo(
    51 / 127.5 - 1,
    9,
  )
  expect(value(of({ do_normalize: false, image_mean: [9] }), 51)).toBeCloseTo(0.2, 9)
})

test.each<[string, object, RegExp]>([
  ['no size', {}, /says no size/],
  ['the longer side', { size: { longest_edge: 1024 } }, /longer side/],
  ['many shapes', { size: { shortest_edge: 224 } }, /many shapes/],
  ['oblong pictures', { size: { height: 224, width: 448 } }, /no squares/],
  [
    'a crop beyond the picture',
    { size: { shortest_edge: 200 }, do_center_crop: true, crop_size: 224 },
    /crops 224 px out of 200/,
  ],
  ['an offset', { size: 224, rescale_offset: true }, /offset/],
  ['no resize', { do_resize: false, size: 224 }, /neither resizes nor crops/],
  [
    'other channels',
    { size: 224, image_mean: [0.5], image_std: [0.5] },
    /1 means and 1 deviations for 3 channels/,
  ],
  ['deviations of nothing', { size: 224, image_std: [0, 1, 1] }, /'image_std/],
  ['a side beyond all', { size: 1e6 }, /no encoder takes/],
  ['no object', [], /says no size|not understood/],
])('%s is refused', (_, config, message) => {
  expect(() => foreignPreprocessing(config, 'x.json', 3)).toThrow(message)
})

/** The preprocessing of a stranger's model: `preprocessor_config.json` as transformers and transformers.js read it. */
import * as z from 'zod'
import { SelfsameError } from '../../errors.js'
import { type Preprocessing, preprocessingSchema } from './preprocessing.js'

const side = z.int().positive()
const sides = z.union([
  side,
  z.object({ height: side, width: side }),
  z.object({ shortest_edge: side }),
  z.object({ longest_edge: side }),
])

/** What decides; what else stands there is passed over, as their readers do. */
const configSchema = z.object({
  do_resize: z.boolean().nullish(),
  size: sides.nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: sides.nullish(),
  crop_pct: z.number().positive().max(1).nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  rescale_offset: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: z.union([z.number(), z.array(z.number()).max(1024)]).nullish(),
  image_std: z.union([z.number().positive(), z.array(z.number().positive()).max(1024)]).nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  resample: z.int().nullish(),
})

/** From this size on ConvNeXt's family presses the whole picture into the square. */
const WHOLE_FROM = 384
/** Decoders may shrink to this many times of what is looked at; the rest is resized here. */
const SHRINK_TO = 2
/** Pillow's numbers. */
const FILTERS = { 1: 'lanczos', 2: 'bilinear' } as const

/**
 * Preprocessing in our words. Their own readers differ in how they resize; this one always does so without aliases.
 * @param config what the file holds, as JSON
 * @param name of the file, for messages
 * @param channels of the model's input
 * @throws SelfsameError where it asks for what is not done here
 */
export function foreignPreprocessing(config: unknown, name: string, channels: number): Preprocessing {
  const wrong = (what: string) =>
    new SelfsameError(
      `'${name}' ${what}; give a model with preprocessing for square pictures, or export one of your own`,
    )
  const parsed = configSchema.safeParse(config)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw wrong(`has a '${issue?.path.join('.')}' that is not understood`)
  }
  const given = parsed.data
  if (given.do_flip_channel_order) throw wrong('asks for blue before red')
  if (given.rescale_offset) throw wrong('asks for an offset of the values')
  // values reach the network as (x · 255 · factor - mean) / std, with x from 0 to 1
  const full = given.do_rescale === false ? 255 : 255 * (given.rescale_factor ?? 1 / 255)
  const each = (value: number | readonly number[] | null | undefined, none: number) => {
    const values = given.do_normalize === false ? none : (value ?? none)
    return typeof values === 'number' ? Array<number>(channels).fill(values) : [...values]
  }
  const mean = each(given.image_mean, 0)
  const std = each(given.image_std, 1)
  if (mean.length !== channels || std.length !== channels)
    throw wrong(`has ${mean.length} means and ${std.length} deviations for ${channels} channels`)
  const filter = FILTERS[given.resample as keyof typeof FILTERS]
  const size = geometry(given, wrong)
  const made = preprocessingSchema.safeParse({
    ...size,
    channels,
    maximum: 255,
    decodeTo: Math.ceil((SHRINK_TO * size.size) / size.share),
    mean: mean.map((value) => value / full),
    std: std.map((value) => value / full),
    ...(filter && { filter }),
  })
  if (!made.success) throw wrong(`asks for what no encoder takes (${made.error.issues[0]?.path.join('.')})`)
  return made.data
}

function geometry(
  given: z.infer<typeof configSchema>,
  wrong: (what: string) => SelfsameError,
): Pick<Preprocessing, 'size' | 'share' | 'whole'> {
  const crop = given.do_center_crop ? square(given.crop_size ?? given.size, wrong) : undefined
  if (given.do_resize === false) {
    if (crop === undefined) throw wrong('neither resizes nor crops')
    throw wrong('crops without a resize, so that what is seen would depend on the size of a picture')
  }
  const { size } = given
  if (typeof size === 'object' && size !== null && 'longest_edge' in size)
    throw wrong('scales by the longer side')
  const resized = square(size, wrong)
  // of these the short side is meant, of height and width both sides
  const short =
    typeof size === 'number'
      ? crop !== undefined || given.crop_pct != null
      : 'shortest_edge' in (size as object)
  if (given.crop_pct != null && crop === undefined && short) {
    if (resized >= WHOLE_FROM) return { size: resized, share: 1, whole: true }
    return { size: resized, share: given.crop_pct }
  }
  if (!short && crop === undefined) return { size: resized, share: 1, whole: true }
  if (!short && crop !== resized) throw wrong('presses pictures into a square and crops that')
  if (!short) return { size: resized, share: 1, whole: true }
  if (crop === undefined) throw wrong('scales pictures without a crop, so that they would have many shapes')
  if (crop > resized) throw wrong(`crops ${crop} px out of ${resized}`)
  return { size: crop, share: crop / resized }
}

function square(
  size: z.infer<typeof sides> | null | undefined,
  wrong: (what: string) => SelfsameError,
): number {
  if (typeof size === 'number') return size
  if (size && 'shortest_edge' in size) return size.shortest_edge
  if (size && 'height' in size && size.height === size.width) return size.height
  throw wrong(size ? 'is for pictures that are no squares' : 'says no size')
}

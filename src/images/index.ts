/** Pictures in: sources, decoding, setting aside, memory, batches. */

export { CIFAR10_CLASSES, FASHION_CLASSES } from './arrays/classes.js'
export { type Pixels, pixelSource } from './arrays/pixels.js'
export { type BatchOptions, batches, type Packed } from './batches.js'
export { Budget, type CachedSource, cached, defaultBudget } from './cache.js'
export { withChannels } from './channels.js'
export type { Alike, Example, Shown } from './check/alike.js'
export { type Check, type CheckOptions, checkData } from './check/check.js'
export { checkJson } from './check/json.js'
export { type QuickLook, quickLook } from './check/quick-look.js'
export { checkText } from './check/text.js'
export { withoutCopies } from './check/without-copies.js'
export { type DecodeOptions, decode, type Header, readHeader } from './decode/decode.js'
export type { Taken } from './decode/exif.js'
export { displayed } from './displayed.js'
export { evenly } from './evenly.js'
export { fingerprint } from './fingerprint.js'
export { openData } from './open.js'
export { type PackOptions, packData } from './pack/pack.js'
export { WholeFile, writeWhole } from './pack/pack-files.js'
export type { PackRecord } from './pack/pack-record.js'
export { type Picture, PictureError } from './picture.js'
export type { Opener, OpenOptions, Place } from './place.js'
export { Quarantine, type QuarantineOptions, readGood, type SetAside } from './quarantine.js'
export { samePlace } from './same-place.js'
export { downloadSet } from './sets/download.js'
export { isNamedSet, isOffline, setsFolder } from './sets/sets.js'
export { type Data, decodedAs, type Source } from './source.js'
export { type ChannelStatistics, channelStatistics, Statistics } from './statistics.js'
export {
  classCount,
  evenSubset,
  labelledPart,
  type SplitOptions,
  splitForJudging,
  subset,
  withoutClasses,
} from './subset.js'

import { opendir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../errors.js'
import { isCifarName } from './arrays/cifar.js'
import { isIdxName } from './arrays/idx.js'
import { Budget, defaultBudget } from './cache.js'
import { READABLE } from './decode/formats.js'
import { openFolder } from './folder/folder.js'
import { type Walk, walk } from './folder/walk.js'
import { OPENERS } from './openers.js'
import { type OpenOptions, type Place, placeAt, placeIfAny } from './place.js'
import { downloadSet } from './sets/download.js'
import { isNamedSet, isOffline, type NamedSet, namedSets, setsFolder } from './sets/sets.js'
import { checkWhole, type Data, type Source } from './source.js'
import { expandTars, isTarPattern } from './tar/tar-names.js'
import { openTars } from './tar/tars.js'

/** Files and folders that are looked at for what the user may have meant. */
const MOST_LOOKS = 100

/**
 * Opens what a user names: `fashion-mnist`, `cifar10` or another set, which is downloaded where it is not on this
 * machine, the path of a file or folder that one of the openers takes, such as a folder with pictures at any depth, or a
 * pattern of tars such as `train-{000000..000012}.tar`. `decodedAs` reads its pictures shrunk or otherwise without listing them anew.
 * @throws UsageError when there is nothing of the kind, SelfsameError when a set's file is damaged
 */
export async function openData(spec: string, options: OpenOptions = {}): Promise<Data> {
  const { cacheBytes } = options
  checkWhole('cacheBytes', cacheBytes, 0)
  const budget = cacheBytes === undefined ? defaultBudget() : new Budget(cacheBytes)
  const set = isNamedSet(spec) ? namedSets()[spec] : undefined
  const found = set && (await placeOfSet(set))
  if (found) return openSet(spec, found, options, budget)
  const place = set ? await placeIfAny(spec) : undefined
  if (set && place === undefined) {
    return openSet(spec, await fetchSet(spec, set, options), options, budget)
  }
  if (isTarPattern(spec)) return openTars(spec, await expandTars(spec), options, budget)
  return openPlace(place ?? (await placeAt(spec)), options, budget)
}

/** Where a set lies on this machine. */
async function placeOfSet({ folders, sign }: NamedSet): Promise<Place | undefined> {
  for (const folder of folders) {
    const place = await placeIfAny(folder)
    if (place?.names.some((name) => sign.test(name))) return place
  }
  return undefined
}

async function openSet(name: string, place: Place, options: OpenOptions, budget: Budget): Promise<Data> {
  const { train, test, ...rest } = await openPlace(place, options, budget)
  return { train: named(train, name), ...(test && { test: named(test, name) }), ...rest }
}

function named(source: Source, name: string): Source {
  const { decodedAs } = source
  return { ...source, name, ...(decodedAs && { decodedAs: (how) => named(decodedAs(how), name) }) }
}

/** Downloads a set. @throws UsageError where that is forbidden, SelfsameError where it fails */
async function fetchSet(
  name: string,
  set: NamedSet,
  { download = true, progress }: OpenOptions,
): Promise<Place> {
  if (!download || isOffline()) {
    const forbidden = download ? ' and SELFSAME_OFFLINE forbids its download' : ''
    throw new UsageError(`data set '${name}' is not in ${set.folders.join(', ')}${forbidden}; ${set.advice}`)
  }
  return placeAt(await downloadSet(set.remote, setsFolder(), progress))
}

async function openPlace(place: Place, options: OpenOptions, budget: Budget): Promise<Data> {
  const opener = OPENERS.find((one) => one.fits(place))
  if (opener?.stray && (await hasFolders(place))) {
    const beside = await walk(place.path, options)
    if (beside.files.length > 0) return openFolder(place.path, beside, budget)
  }
  if (opener) return opener.open(place, options, budget)
  if (place.kind === 'file') throw new UsageError(unknownFile(place.path))
  const found = await walk(place.path, options)
  if (found.files.length === 0) throw new UsageError(await nothingIn(place, found))
  return openFolder(place.path, found, budget)
}

async function hasFolders({ path }: Place): Promise<boolean> {
  for await (const entry of await opendir(path)) if (entry.isDirectory()) return true
  return false
}

function unknownFile(path: string): string {
  const name = basename(path)
  const kinds = ['a folder of pictures', ...OPENERS.flatMap(({ files }) => files ?? [])].join(', ')
  const instead = isCifarName(name) || isIdxName(name) ? `its folder '${dirname(path)}'` : kinds
  return `'${path}' is a file of a kind that is not read; give ${instead}`
}

async function nothingIn({ path, names }: Place, found: Walk): Promise<string> {
  if (names.length === 0 && found.notes.length === 0)
    return `folder '${path}' is empty; give a folder of pictures`
  for (const name of names.slice(0, MOST_LOOKS)) {
    const inner = await placeIfAny(join(path, name))
    if (inner && OPENERS.some((one) => one.fits(inner))) {
      return `folder '${path}' holds no picture file; did you mean '${inner.path}'?`
    }
  }
  const left = found.notes.map((note) => `, ${note}`).join('')
  const others = found.others === 1 ? '1 other file' : `${found.others} other files`
  return `folder '${path}' holds no picture file (${others}${left}); expected files in ${READABLE.join(', ')} format`
}

import { basename, dirname } from 'node:path'
import { isCifar100Folder, isCifarName, openCifar, openCifar100 } from './arrays/cifar.js'
import { isIdxFolder, isIdxName, openIdx, openIdxFile } from './arrays/idx.js'
import { openArrays, refuseNpz } from './arrays/npy.js'
import { isArrayFolder, isNpyName, isNpzName } from './arrays/npy-names.js'
import { isStl10Folder, openStl10 } from './arrays/stl10.js'
import { isManifestName, MANIFESTS, openManifest } from './manifest/manifest.js'
import {
  isParquetFolder,
  isParquetName,
  openParquets,
  PARQUET,
  parquetsIn,
} from './manifest/manifest-parquet.js'
import { isOldPack, refuseOldPack } from './pack/pack-record.js'
import { namesIn, type Opener, type Place } from './place.js'
import { isPackedTarName, isTarFolder, isTarName, refusePacked, tarsIn } from './tar/tar-names.js'
import { openTars } from './tar/tars.js'

/** The ways to open data, asked in turn. A folder that none takes is a folder of pictures. */
export const OPENERS: readonly Opener[] = [
  { fits: ({ names }) => isOldPack(names), open: async ({ path }) => Promise.reject(refuseOldPack(path)) },
  { fits: ({ names }) => names.some(isCifarName), open: ({ path, names }) => openCifar(path, names) },
  { fits: ({ names }) => isCifar100Folder(names), open: ({ path, names }) => openCifar100(path, names) },
  {
    fits: ({ names }) => isStl10Folder(names),
    open: ({ path, names }, _, budget) => openStl10(path, names, budget),
  },
  { fits: ({ names }) => isIdxFolder(names), open: ({ path, names }) => openIdx(path, names) },
  {
    files: 'an IDX file of pictures (-idx3-ubyte)',
    fits: (place) => isFile(place, isIdxName),
    open: async ({ path }) => openIdxFile(path, await namesIn(dirname(path))),
  },
  {
    stray: true,
    fits: ({ names }) => isArrayFolder(names),
    open: async ({ path }, _, budget) => openArrays(path, await namesIn(path), undefined, budget),
  },
  {
    files: 'an array (.npy)',
    fits: (place) => isFile(place, isNpyName),
    open: async ({ path }, _, budget) =>
      openArrays(dirname(path), await namesIn(dirname(path)), basename(path), budget),
  },
  {
    files: MANIFESTS,
    fits: (place) => isFile(place, isManifestName),
    open: ({ path }, _, budget) => openManifest(path, budget),
  },
  {
    files: PARQUET,
    fits: (place) => isFile(place, isParquetName),
    open: ({ path }, _, budget) => openParquets(path, [path], budget),
  },
  {
    stray: true,
    fits: ({ names }) => isParquetFolder(names),
    open: async ({ path }, _, budget) => openParquets(path, parquetsIn(path, await namesIn(path)), budget),
  },
  { fits: (place) => isFile(place, isNpzName), open: ({ path }) => refuseNpz(path) },
  {
    stray: true,
    fits: ({ names }) => isTarFolder(names),
    open: async ({ path }, options, budget) =>
      openTars(path, tarsIn(path, await namesIn(path)), options, budget),
  },
  {
    files: 'a tar (.tar)',
    fits: (place) => isFile(place, isTarName),
    open: ({ path }, options, budget) => openTars(path, [path], options, budget),
  },
  {
    fits: (place) => isFile(place, isPackedTarName),
    open: async ({ path }) => Promise.reject(refusePacked(path)),
  },
]

function isFile({ kind, path }: Place, named: (name: string) => boolean): boolean {
  return kind === 'file' && named(basename(path))
}

import { isCifarName, openCifar } from './cifar.js'
import { isIdxFolder, openIdx } from './idx.js'
import type { Opener } from './place.js'

/** The ways to open data, asked in turn. A folder that none takes is a folder of pictures. */
export const OPENERS: readonly Opener[] = [
  { fits: ({ names }) => names.some(isCifarName), open: ({ path, names }) => openCifar(path, names) },
  { fits: ({ names }) => isIdxFolder(names), open: ({ path, names }) => openIdx(path, names) },
]

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A data set that is known by name. */
export interface NamedSet {
  /** folders that may hold it, the likeliest first */
  folders: string[]
  /** a file that its folder has */
  sign: RegExp
  /** one clause: how to get it */
  advice: string
}

// the same two steps up from src/images and from dist/images
const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/** The sets known by name and where they may lie, `SELFSAME_DATA` first. */
export function namedSets(
  own: string | undefined = process.env.SELFSAME_DATA,
): Readonly<Record<string, NamedSet>> {
  const inOwn = (...names: string[]) => (own ? names.map((name) => join(own, name)) : [])
  return {
    'fashion-mnist': {
      folders: [
        ...inOwn('fashion-mnist'),
        '/usr/share/datasets/fashion-mnist',
        join(PROJECT, '.cache/libtorch/usr/share/datasets/fashion-mnist'),
      ],
      sign: /^train-images[-.]idx3-ubyte(\.gz)?$/,
      advice:
        "install Debian's package dataset-fashion-mnist, or put its four IDX files into one of these folders",
    },
    cifar10: {
      folders: [
        ...inOwn('cifar10', 'cifar-10-batches-bin', ''),
        join(PROJECT, '.cache/data/cifar-10-batches-bin'),
      ],
      sign: /^data_batch_1\.bin$/,
      advice: "unpack 'CIFAR-10 binary version' into one of these folders, or give the path of its folder",
    },
  }
}

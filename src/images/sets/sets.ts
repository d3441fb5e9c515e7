import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RemoteSet } from './download.js'
import { REMOTE_SETS } from './remote-sets.js'

/** A data set that is known by name. */
export interface NamedSet {
  /** folders that may hold it, the likeliest first */
  folders: string[]
  /** a file that its folder has */
  sign: RegExp
  /** one clause: how to get it by hand */
  advice: string
  /** how to download it */
  remote: RemoteSet
}

// the same three steps up from src/images/sets and from dist/images/sets
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))
const IDX_SIGN = /^train-images[-.]idx3-ubyte(\.gz)?$/

/** The folder that downloaded sets get theirs in. */
export function setsFolder(own: string | undefined = process.env.SELFSAME_DATA): string {
  return own || join(PROJECT, '.cache/data')
}

/** True where `SELFSAME_OFFLINE` forbids downloads. */
export function isOffline(value: string | undefined = process.env.SELFSAME_OFFLINE): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase())
}

/** Whether `spec` is a set known by name, whose pictures are always the same. */
export function isNamedSet(spec: string): boolean {
  // 'constructor' is no set
  return Object.hasOwn(namedSets(), spec)
}

/** The sets known by name and where they may lie, `SELFSAME_DATA` first. */
export function namedSets(
  own: string | undefined = process.env.SELFSAME_DATA,
): Readonly<Record<string, NamedSet>> {
  const set = (
    name: string,
    sign: RegExp,
    advice: string,
    inOwn: string[],
    others: string[] = [],
  ): NamedSet => {
    const remote = REMOTE_SETS[name] as RemoteSet
    const folders = [...(own ? inOwn.map((folder) => join(own, folder)) : []), ...others]
    return {
      folders: [...new Set([...folders, join(PROJECT, '.cache/data', remote.folder)])],
      sign,
      advice,
      remote,
    }
  }
  const unpacked = (what: string) =>
    `unpack '${what}' into one of these folders, or give the path of its folder`
  return {
    'fashion-mnist': set(
      'fashion-mnist',
      IDX_SIGN,
      "install Debian's package dataset-fashion-mnist, or put its four IDX files into one of these folders",
      ['fashion-mnist', 'FashionMNIST/raw'],
      [
        '/usr/share/datasets/fashion-mnist',
        join(PROJECT, '.cache/libtorch/usr/share/datasets/fashion-mnist'),
      ],
    ),
    mnist: set('mnist', IDX_SIGN, 'put its four IDX files into one of these folders', ['mnist', 'MNIST/raw']),
    cifar10: set('cifar10', /^data_batch_1\.bin$/, unpacked('CIFAR-10 binary version'), [
      'cifar10',
      'cifar-10-batches-bin',
      '',
    ]),
    cifar100: set('cifar100', /^train\.bin$/, unpacked('CIFAR-100 binary version'), [
      'cifar100',
      'cifar-100-binary',
    ]),
    stl10: set('stl10', /^(unlabeled|train)_X\.bin$/, unpacked('stl10_binary.tar.gz'), [
      'stl10',
      'stl10_binary',
    ]),
  }
}

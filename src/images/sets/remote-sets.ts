import type { RemoteSet } from './download.js'

// checksums and sizes are the publishers': CIFAR's own page, STL-10's and the MNISTs' as torchvision lists them
const CIFAR = 'https://www.cs.toronto.edu/~kriz'
const BINARIES = /\.(bin|txt)$/

/** The sets that can be downloaded by name. */
export const REMOTE_SETS: Readonly<Record<string, RemoteSet>> = {
  'fashion-mnist': {
    name: 'fashion-mnist',
    folder: 'fashion-mnist',
    files: idxFiles(
      [
        'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
        'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com',
      ],
      [
        [26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
        [29_515, '25c81989df183df01b3e8a0aad5dffbe'],
        [4_422_102, 'bef4ecab320f06d8554ea6380940ec79'],
        [5148, 'bb300cfdad3c16e7a12a480ee83cd310'],
      ],
    ),
  },
  mnist: {
    name: 'mnist',
    folder: 'mnist',
    files: idxFiles(
      ['https://ossci-datasets.s3.amazonaws.com/mnist', 'https://storage.googleapis.com/cvdf-datasets/mnist'],
      [
        [9_912_422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873'],
        [28_881, 'd53e105ee54ea40749a09fcbcd1e9432'],
        [1_648_877, '9fb629c4189551a2d022fa330f9573f3'],
        [4542, 'ec29112dd5afa0611ce80d1b7f02629c'],
      ],
    ),
  },
  cifar10: {
    name: 'cifar10',
    folder: 'cifar-10-batches-bin',
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        urls: [`${CIFAR}/cifar-10-binary.tar.gz`],
        size: 170_052_171,
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      },
    ],
    archive: { wanted: BINARIES, bytes: 184_380_000 },
  },
  cifar100: {
    name: 'cifar100',
    folder: 'cifar-100-binary',
    files: [
      {
        name: 'cifar-100-binary.tar.gz',
        urls: [`${CIFAR}/cifar-100-binary.tar.gz`],
        size: 168_513_733,
        md5: '03b5dce01913d631647c71ecec9e9cb8',
      },
    ],
    archive: { wanted: BINARIES, bytes: 184_440_000 },
  },
  stl10: {
    name: 'stl10',
    folder: 'stl10_binary',
    files: [
      {
        name: 'stl10_binary.tar.gz',
        urls: [
          'https://cs.stanford.edu/~acoates/stl10/stl10_binary.tar.gz',
          'http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz',
        ],
        size: 2_640_397_119,
        md5: '91f7769df0f17e558f3565bffb0c7dfb',
      },
    ],
    archive: { wanted: BINARIES, bytes: 3_124_300_000 },
  },
}

/** MNIST's four files: pictures and labels for training, then for testing. */
function idxFiles(addresses: readonly string[], facts: readonly [size: number, md5: string][]) {
  const names = [
    'train-images-idx3-ubyte.gz',
    'train-labels-idx1-ubyte.gz',
    't10k-images-idx3-ubyte.gz',
    't10k-labels-idx1-ubyte.gz',
  ]
  return names.map((name, at) => {
    const [size, md5] = facts[at] as [number, string]
    return { name, urls: addresses.map((address) => `${address}/${name}`), size, md5 }
  })
}

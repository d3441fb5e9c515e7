import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openData } from '../open.js'
import { temporary } from '../testing/made.js'
import { hasSharedData, sharedData } from '../testing/shared-data.js'
import { isCifar100Folder, openCifar100 } from './cifar.js'
import { CIFAR10_CLASSES } from './classes.js'

const record = (label: number, value: (channel: number, at: number) => number) =>
  Buffer.from([label, ...Array.from({ length: 3072 }, (_, i) => value(Math.floor(i / 1024), i % 1024))])

function lay(folder: string, names = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`)): void {
  for (const [n, name] of names.entries()) {
    writeFileSync(
      join(folder, name),
      Buffer.concat([record(n, (c, at) => (c * 80 + at + n) % 256), record(9, () => n)]),
    )
  }
}

afterEach(() => vi.unstubAllEnvs())

describe('CIFAR-10’s binary version', () => {
  test('is read in file order, planes becoming interleaved channels', async () => {
    using folder = temporary()
    lay(folder.path)
    const { train, test: held } = await openData(folder.path)
    expect(train).toMatchObject({ size: 10, channels: 3, nativeSize: 32, classes: CIFAR10_CLASSES })
    expect([...(train.labels ?? [])]).toEqual([0, 9, 1, 9, 2, 9, 3, 9, 4, 9])
    const { data, width, height, channels } = await train.read(4)
    expect([width, height, channels, data.length]).toEqual([32, 32, 3, 3072])
    // row 1, column 2 of the third file's first record
    expect([...data.subarray(3 * 34, 3 * 35)]).toEqual([34 + 2, 80 + 34 + 2, 160 + 34 + 2])
    expect(held).toBeUndefined()
  })

  test('is found by name in SELFSAME_DATA', async () => {
    using folder = temporary()
    mkdirSync(join(folder.path, 'cifar10'))
    lay(join(folder.path, 'cifar10'))
    vi.stubEnv('SELFSAME_DATA', folder.path)
    expect((await openData('cifar10')).train).toMatchObject({ name: 'cifar10', size: 10 })
  })

  test('is refused with one sentence when a file is missing or damaged', async () => {
    using folder = temporary()
    lay(folder.path)
    const file = join(folder.path, 'data_batch_3.bin')
    writeFileSync(file, Buffer.alloc(3072))
    await expect(openData(folder.path)).rejects.toThrow(
      /data_batch_3\.bin' is 3072 bytes long .* records of 3073 bytes/,
    )
    writeFileSync(file, '')
    await expect(openData(folder.path)).rejects.toThrow(/data_batch_3\.bin' is 0 bytes long/)
    writeFileSync(
      file,
      record(10, () => 0),
    )
    await expect(openData(folder.path)).rejects.toThrow(/data_batch_3\.bin' has label 10 in record 0/)
    rmSync(file)
    await expect(openData(folder.path)).rejects.toThrow(/lacks data_batch_3\.bin/)
  })

  test.skipIf(!hasSharedData)(
    'has 5,000 and 1,000 pictures a class and the published channel means',
    async () => {
      const { train, test: held } = await openData(sharedData('cifar10'))
      const count = (labels?: Int32Array) =>
        CIFAR10_CLASSES.map((_, label) => labels?.filter((l) => l === label).length)
      expect(count(train.labels)).toEqual(Array(10).fill(5000))
      expect(count(held?.labels)).toEqual(Array(10).fill(1000))
      let [red, green, blue] = [0, 0, 0]
      for (let index = 0; index < train.size; index++) {
        const { data } = await train.read(index)
        for (let at = 0; at < data.length; at += 3) {
          red += data[at] as number
          green += data[at + 1] as number
          blue += data[at + 2] as number
        }
      }
      const means = [red, green, blue].map((sum) => sum / 255 / (train.size * 1024))
      for (const [channel, mean] of [0.4914, 0.4822, 0.4465].entries())
        expect(means[channel]).toBeCloseTo(mean, 3)
    },
  )
})

describe('CIFAR-100’s binary version', () => {
  const fine = (coarse: number, label: number, value: number) =>
    Buffer.from([coarse, ...record(label, (c) => 80 * c + value)])

  test('is read with its fine classes, named where the names are there', async () => {
    using folder = temporary()
    const write = (name: string, content: string | Buffer) => writeFileSync(join(folder.path, name), content)
    write('train.bin', Buffer.concat([fine(3, 99, 1), fine(19, 0, 2)]))
    write('test.bin', fine(1, 5, 3))
    const names = ['train.bin', 'test.bin']
    expect(isCifar100Folder(names)).toBe(true)
    const { train, test: held } = await openCifar100(folder.path, names)
    expect(train).toMatchObject({ size: 2, channels: 3, nativeSize: 32 })
    expect([...(train.labels ?? [])]).toEqual([99, 0])
    expect([...(held?.labels ?? [])]).toEqual([5])
    expect(train.classes?.[99]).toBe('99')
    expect([...(await train.read(1)).data.subarray(0, 3)]).toEqual([2, 82, 162])
    write('fine_label_names.txt', Array.from({ length: 100 }, (_, n) => `kind_${n}\n`).join(''))
    const named = await openCifar100(folder.path, [...names, 'fine_label_names.txt'])
    expect(named.train.classes?.[99]).toBe('kind_99')
  })

  test('is refused when it is damaged', async () => {
    using folder = temporary()
    writeFileSync(join(folder.path, 'train.bin'), fine(0, 100, 0))
    await expect(openCifar100(folder.path, ['train.bin'])).rejects.toThrow(
      /train\.bin' has label 100 in record 0 where 0 to 99 exist/,
    )
    writeFileSync(join(folder.path, 'train.bin'), Buffer.alloc(3073))
    await expect(openCifar100(folder.path, ['train.bin'])).rejects.toThrow(
      /CIFAR-100 has records of 3074 bytes/,
    )
  })
})

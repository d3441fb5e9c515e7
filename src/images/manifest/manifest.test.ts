import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { SelfsameError } from '../../errors.js'
import { batches } from '../batches.js'
import { openData } from '../open.js'
import { Quarantine } from '../quarantine.js'
import type { Source } from '../source.js'
import { temporary } from '../testing/made.js'

/** A folder with pictures 0.png to 5.png in `pictures/`, each of its own grey and size. */
async function laid(): Promise<ReturnType<typeof temporary>> {
  const folder = temporary()
  mkdirSync(join(folder.path, 'pictures'))
  for (let i = 0; i < 6; i++) {
    const background = { r: 40 * i, g: 40 * i, b: 40 * i + 1 }
    await sharp({ create: { width: 8 + i, height: 8, channels: 3, background } })
      .png()
      .toFile(join(folder.path, 'pictures', `${i}.png`))
  }
  return folder
}

const names = (source?: Source) =>
  source && Array.from({ length: source.size }, (_, index) => source.describe(index))
const classNames = (source?: Source) =>
  source?.labels && Array.from(source.labels, (label) => source.classes?.[label] ?? null)

async function opened(folder: string, file: string, text: string | Buffer) {
  writeFileSync(join(folder, file), text)
  return await openData(join(folder, file), { cacheBytes: 0 })
}

describe('a CSV manifest', () => {
  test('gives pictures in its order with their classes and splits', async () => {
    using folder = await laid()
    const { train, test: held } = await opened(
      folder.path,
      'list.csv',
      '\ufeffid;Split;File Name;Filename;LABEL\r\n1;train;x;pictures/3.png;dog\r\n2;Val;x;pictures/0.png;cat\r\n3;TRAIN;x;"pictures/1.png";"bee;""x"""\r\n',
    )
    expect(names(train)).toEqual(['pictures/3.png', 'pictures/1.png'])
    expect(names(held)).toEqual(['pictures/0.png'])
    expect(train.classes).toEqual(['bee;"x"', 'cat', 'dog'])
    expect(classNames(train)).toEqual(['dog', 'bee;"x"'])
    expect(classNames(held)).toEqual(['cat'])
    expect(train.name).toBe(join(folder.path, 'list.csv'))
    const picture = await train.read(0)
    expect([picture.width, picture.height, picture.data[2]]).toEqual([11, 8, 121])
  })

  test('numbers whole-number labels by value, and carries -1 for none', async () => {
    using folder = await laid()
    const { train } = await opened(
      folder.path,
      'list.tsv',
      'image\tlabel\npictures/0.png\t10\npictures/1.png\t9\npictures/2.png\t\npictures/3.png\t-1\npictures/0.png\t10\n',
    )
    expect(train.classes).toEqual(['-1', '9', '10'])
    expect([...(train.labels ?? [])]).toEqual([2, 1, -1, 0, 2])
  })

  test('without labels and splits, with paths that are absolute or lead out of its folder', async () => {
    using folder = await laid()
    mkdirSync(join(folder.path, 'lists'))
    const { train, ...rest } = await opened(
      join(folder.path, 'lists'),
      'all.csv',
      `path\n${join(folder.path, 'pictures/5.png')}\n../pictures/2.png\n`,
    )
    expect(rest).toEqual({})
    expect(train.labels).toBeUndefined()
    expect((await train.read(0)).width).toBe(13)
    expect((await train.read(1)).width).toBe(10)
  })

  test('as spreadsheets write it: UTF-16 with tabs', async () => {
    using folder = await laid()
    const text = '\ufeffPath\tClass\r\npictures/1.png\tMöwe\r\npictures/2.png\tÄrger\r\n'
    const { train } = await opened(folder.path, 'list.csv', Buffer.from(text, 'utf16le'))
    expect(classNames(train)).toEqual(['Möwe', 'Ärger'])
  })

  test('with blanks around cells and quotes names the pictures and classes that it names without', async () => {
    using folder = await laid()
    const { train, test: held } = await opened(
      folder.path,
      'list.csv',
      'path, label, split\npictures/0.png, cat, train\npictures/1.png,cat,train\n"pictures/2.png" , "dog" , test \n pictures/3.png,dog , train\n',
    )
    expect(names(train)).toEqual(['pictures/0.png', 'pictures/1.png', 'pictures/3.png'])
    expect(train.classes).toEqual(['cat', 'dog'])
    expect(classNames(train)).toEqual(['cat', 'cat', 'dog'])
    expect(classNames(held)).toEqual(['dog'])
    expect((await train.read(2)).width).toBe(11)
  })

  test('takes what is unlabelled for training, without classes', async () => {
    using folder = await laid()
    const {
      train,
      test: held,
      notes,
    } = await opened(
      folder.path,
      'list.csv',
      'path,label,split\npictures/0.png,-1,unlabeled\npictures/1.png,cat,train\npictures/2.png,dog,Test Set\npictures/3.png,dog,train\n',
    )
    expect(names(train)).toEqual(['pictures/0.png', 'pictures/1.png', 'pictures/3.png'])
    expect(classNames(train)).toEqual([null, 'cat', 'dog'])
    expect(classNames(held)).toEqual(['dog'])
    expect(notes).toEqual(['trained on without classes, as their place is called unlabelled: 1'])
  })

  test('leaves validation out where there is a test set, and says so', async () => {
    using folder = await laid()
    const {
      train,
      test: held,
      notes,
    } = await opened(
      folder.path,
      'list.csv',
      'path,set\npictures/0.png,training\npictures/1.png,valid\npictures/2.png,testing\npictures/3.png,train\npictures/4.png,val\n',
    )
    expect([names(train), names(held)]).toEqual([['pictures/0.png', 'pictures/3.png'], ['pictures/2.png']])
    expect(notes).toEqual(['left out because there are pictures for testing: 2 for validation'])
  })

  test('sets pictures aside that are not there', async () => {
    using folder = await laid()
    const { train } = await opened(folder.path, 'list.csv', 'path\npictures/0.png\ngone.png\n"a\0b.png"\n')
    const quarantine = new Quarantine(train.size)
    const used = []
    for await (const batch of batches(train, [[0, 1, 2]], { quarantine })) used.push(...batch.used)
    expect(used).toEqual([0, 0, 0])
    expect(quarantine.list.map(({ path }) => path)).toEqual(['gone.png', 'a\0b.png'])
  })
})

test('classes that differ in Unicode form alone are one', async () => {
  using folder = await laid()
  const { train } = await opened(
    folder.path,
    'list.csv',
    'path,label\npictures/0.png,caf\u00e9\npictures/1.png,cafe\u0301\npictures/2.png,zoo\n',
  )
  expect([train.classes, [...(train.labels ?? [])]]).toEqual([
    ['caf\u00e9', 'zoo'],
    [0, 0, 1],
  ])
})

describe('a manifest of JSON lines', () => {
  test('says the same', async () => {
    using folder = await laid()
    const { train, test: held } = await opened(
      folder.path,
      'list.jsonl',
      '{"file_name": "pictures/0.png", "label": 3, "split": "train", "box": [1, 2]}\n\n' +
        '{"label": 11, "split": "test", "file_name": "pictures/1.png"}\r\n' +
        '{"file_name": "pictures/2.png", "label": null, "split": "train"}',
    )
    expect(names(train)).toEqual(['pictures/0.png', 'pictures/2.png'])
    expect(names(held)).toEqual(['pictures/1.png'])
    expect(classNames(train)).toEqual(['3', null])
    expect(classNames(held)).toEqual(['11'])
  })

  test('with blanks around labels knows one class', async () => {
    using folder = await laid()
    const { train } = await opened(
      folder.path,
      'list.jsonl',
      ['cat', ' cat', 'cat ', ' ']
        .map((label, i) => JSON.stringify({ path: `pictures/${i}.png`, label }))
        .join('\n'),
    )
    expect(train.classes).toEqual(['cat'])
    expect(classNames(train)).toEqual(['cat', 'cat', 'cat', null])
  })
})

describe('what is wrong with a manifest is told in one sentence', () => {
  test.each([
    ['a.csv', '', "' is empty; expected a header row such as path,label and a row a picture"],
    ['a.csv', 'path,label\n', "' has no rows; add some"],
    ['a.csv', 'path,split\n1.png,test\n', "' has no rows for training; add some"],
    [
      'a.csv',
      'id,name\n1,2\n',
      "' has no column of paths, only 'id', 'name'; name the one with the pictures' paths path, file, ",
    ],
    ['a.csv', 'path,label\n1.png,a\n2.png\n', "line 3 of '"],
    ['a.csv', 'path,label\n1.png,a\n2.png\n', "' has 1 cell where 2 or more are needed; repair or remove it"],
    ['a.csv', 'path,label\n,a\n', "' has no path; add it or remove the line"],
    [
      'a.csv',
      'path,split\n1.png,train\n2.png,hold\n',
      "' has the split 'hold'; expected one of train, training, test, testing, val",
    ],
    ['a.csv', 'path,split\n1.png,train\n2.png,\n', "' has the split ''; expected"],
    [
      'a.csv',
      `path\n${'x'.repeat(70_000)}\n`,
      'has a path that cannot be kept: a name of 70000 bytes is longer',
    ],
    ['a.csv', 'path\n1.png\n', "has 1 picture files but none of the 1 looked at can be read ('1.png': "],
    ['a.jsonl', '', "' has no rows; add some"],
    ['a.jsonl', '{"path": "1.png"}\n{"path": ', "line 2 of '"],
    ['a.jsonl', '{"path": "1.png"}\n{"path": ', "' is not JSON; expected an object such as"],
    ['a.jsonl', '["1.png"]', "' is no JSON object; expected one such as"],
    ['a.jsonl', '{"path": ["1.png"]}', "' has no plain value for 'path'; expected text or a number"],
    ['a.jsonl', '{"name": "1.png"}', "' has no column of paths, only 'name'; "],
    [
      'a.jsonl',
      '{"path": "1.png"}\n{"path": "2.png", "split": "test"}',
      "' states a split for some rows only; ",
    ],
  ])('%s: %j', async (file, text, expected) => {
    using folder = temporary()
    const error = await opened(folder.path, file, text).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SelfsameError)
    expect((error as Error).message).toContain(expected)
    expect((error as Error).message).toMatch(/^[^\n]+[^\n.]$/)
  })
})

test('a name with a NUL opens no file, also not the one that the system would take it for', async () => {
  using folder = await laid()
  const text = '{"path": "pictures/1.png\\u0000zzz"}\n{"path": "pictures/2.png"}\n'
  const { train } = await opened(folder.path, 'list.jsonl', text)
  expect((await train.read(1)).width).toBe(10)
  const reason = { reason: 'its name has a NUL in it' }
  await expect(train.read(0)).rejects.toMatchObject(reason)
  await expect(train.encoded?.(0)).rejects.toMatchObject(reason)
})

import { describe, expect, test } from 'vitest'
import { arrange as arrangeNames, type Side } from './arrange.js'
import { NameList } from './names.js'

/** `arrange` on plain lists. */
function arrange(list: readonly string[]) {
  const { train, test, ...rest } = arrangeNames(NameList.of(list))
  const plain = ({ files, ...side }: Side) => ({
    files: Array.from({ length: files.length }, (_, index) => files.get(index)),
    ...side,
  })
  return { train: plain(train), ...(test && { test: plain(test) }), ...rest }
}

describe('arrange', () => {
  test('takes first-level folders for classes', () => {
    expect(arrange(['cat/1.jpg', 'cat/old/2.jpg', 'dog/1.jpg'])).toEqual({
      train: { files: ['cat/1.jpg', 'cat/old/2.jpg', 'dog/1.jpg'], labels: Int32Array.of(0, 0, 1) },
      classes: ['cat', 'dog'],
    })
  })

  test.each([
    ['a flat folder', ['1.jpg', '2.jpg']],
    ['one folder', ['cat/1.jpg', 'cat/2.jpg']],
    ['a picture outside the class folders', ['1.jpg', 'cat/1.jpg', 'dog/1.jpg']],
  ])('gives %s no labels', (_, files) => {
    expect(arrange(files)).toEqual({ train: { files } })
  })

  test('takes a split off before it looks for classes, which both sides share', () => {
    const files = [
      'test/bee/1.jpg',
      'test/cat/1.jpg',
      'train/ant/1.jpg',
      'train/cat/1.jpg',
      'train/cat/2.jpg',
    ]
    expect(arrange(files)).toEqual({
      train: { files: files.slice(2), labels: Int32Array.of(0, 2, 2) },
      test: { files: files.slice(0, 2), labels: Int32Array.of(1, 2) },
      classes: ['ant', 'bee', 'cat'],
    })
  })

  test.each(['test', 'Val', 'validation'])('knows %s/ beside train/', (name) => {
    expect(arrange([`${name}/1.jpg`, 'train/1.jpg']).test).toEqual({ files: [`${name}/1.jpg`] })
  })

  test('prefers test/ to val/', () => {
    expect(arrange(['test/1.jpg', 'train/1.jpg', 'val/1.jpg']).test).toEqual({ files: ['test/1.jpg'] })
  })

  test('labels training pictures also where those for testing lie flat', () => {
    const { train, test: held } = arrange(['test/1.jpg', 'train/a/1.jpg', 'train/b/1.jpg'])
    expect(train.labels).toEqual(Int32Array.of(0, 1))
    expect(held).toEqual({ files: ['test/1.jpg'] })
  })

  test('knows class folders also where their order is not that of their files', () => {
    // '-' comes before '/'
    expect(arrange(['a-b/1.jpg', 'a/1.jpg', 'a/2.jpg'])).toMatchObject({
      train: { labels: Int32Array.of(1, 0, 0) },
      classes: ['a', 'a-b'],
    })
    expect(arrange(['1/x.jpg', '10/x.jpg', '2/x.jpg']).classes).toEqual(['1', '2', '10'])
  })

  test('takes the first of two folders that differ in case alone', () => {
    const files = ['Test/1.jpg', 'Train/1.jpg', 'test/2.jpg', 'train/2.jpg']
    expect(arrange(files)).toEqual({ train: { files: ['Train/1.jpg'] }, test: { files: ['Test/1.jpg'] } })
  })

  test('takes train/ without test/ for a class', () => {
    expect(arrange(['other/1.jpg', 'train/1.jpg'])).toMatchObject({ classes: ['other', 'train'] })
  })
})

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
  const { notes, ...others } = rest
  return {
    train: plain(train),
    ...(test && { test: plain(test) }),
    ...others,
    ...(notes.length > 0 && { notes }),
  }
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

  test('prefers test/ to val/, and says so', () => {
    expect(arrange(['test/1.jpg', 'train/1.jpg', 'val/1.jpg', 'val/2.jpg'])).toEqual({
      train: { files: ['train/1.jpg'] },
      test: { files: ['test/1.jpg'] },
      notes: ['left out because there are pictures for testing: 2 for validation'],
    })
  })

  test.each([
    ['training_set', 'test_set'],
    ['Train', 'Testing'],
    ['Training Data', 'Test Data'],
    ['TRAIN', 'validation'],
    ['trainset', 'valset'],
    ['train2017', 'val2017'],
    ['train-images', 'test'],
    ['seg_train', 'seg_test'],
    ['birds-training', 'birds-valid'],
  ])('takes %s/ beside %s/ for a split', (trained, tested) => {
    const files = [`${tested}/a/1.jpg`, `${tested}/b/1.jpg`, `${trained}/a/1.jpg`, `${trained}/b/1.jpg`]
    expect(arrange([...files].sort())).toEqual({
      train: { files: files.slice(2), labels: Int32Array.of(0, 1) },
      test: { files: files.slice(0, 2), labels: Int32Array.of(0, 1) },
      classes: ['a', 'b'],
    })
  })

  test('takes folders of different things for classes, though their names have such words', () => {
    const files = ['test_kitchen/1.jpg', 'train_station/1.jpg', 'val_gardena/1.jpg']
    expect(arrange(files)).toEqual({
      train: { files, labels: Int32Array.of(0, 1, 2) },
      classes: ['test_kitchen', 'train_station', 'val_gardena'],
    })
  })

  test.each(['unlabeled', 'Unlabelled', 'unsup', 'train_unlabeled', 'Unlabeled Data'])(
    'trains on %s/ beside a split, without classes',
    (name) => {
      const files = [
        'test/a/1.jpg',
        'test/b/1.jpg',
        'train/a/1.jpg',
        'train/b/1.jpg',
        `${name}/a/3.jpg`,
        `${name}/4.jpg`,
      ].sort()
      const arranged = arrange(files)
      const trained = files.filter((file) => !file.startsWith('test/'))
      expect(arranged.train).toEqual({
        files: trained,
        labels: Int32Array.from(trained, (file) => ['train/a/1.jpg', 'train/b/1.jpg'].indexOf(file)),
      })
      expect(arranged.test?.labels).toEqual(Int32Array.of(0, 1))
      expect(arranged.classes).toEqual(['a', 'b'])
      expect(arranged.notes).toEqual(['trained on without classes, as their place is called unlabelled: 2'])
    },
  )

  test('trains on unlabelled pictures beside train/ alone, and beside class folders', () => {
    const split = ['train/a/1.jpg', 'train/b/1.jpg', 'unlabeled/1.jpg']
    expect(arrange(split)).toMatchObject({
      train: { files: split, labels: Int32Array.of(0, 1, -1) },
      classes: ['a', 'b'],
    })
    const folders = ['a/1.jpg', 'b/1.jpg', 'unlabeled/1.jpg']
    expect(arrange(folders)).toEqual({
      train: { files: folders, labels: Int32Array.of(0, 1, -1) },
      classes: ['a', 'b'],
    })
  })

  test('says what lies beside a split', () => {
    const files = [
      '0.jpg',
      'extra/a/1.jpg',
      'extra/2.jpg',
      'test/1.jpg',
      'test_kitchen/1.jpg',
      'train/1.jpg',
      'z.jpg',
    ]
    expect(arrange(files)).toEqual({
      train: { files: ['train/1.jpg'] },
      test: { files: ['test/1.jpg'] },
      notes: [
        "left out because they lie beside 'test', 'train': 5 (to train on them, put them into a folder 'unlabeled' there)",
      ],
    })
  })

  test('keeps the classes of pictures for testing where those for training have none', () => {
    const tested = ['test/cat/1.jpg', 'test/dog/1.jpg', 'test/dog/2.jpg']
    const held = { files: tested, labels: Int32Array.of(0, 1, 1) }
    for (const trained of [
      ['train/1.jpg', 'train/2.jpg'],
      ['train/all/1.jpg'],
      ['train/1.jpg', 'train/x/2.jpg'],
    ]) {
      expect(arrange([...tested, ...trained])).toEqual({
        train: { files: trained },
        test: held,
        classes: ['cat', 'dog'],
      })
    }
    // one folder that is a class on the other side is one
    expect(arrange([...tested, 'train/dog/1.jpg'])).toEqual({
      train: { files: ['train/dog/1.jpg'], labels: Int32Array.of(1) },
      test: held,
      classes: ['cat', 'dog'],
    })
  })

  test.each([
    ['', 'set/'],
    ['', 'set/deep/'],
    ['set/', ''],
    ['set/', 'pictures/'],
  ])('looks through folders that all lie in: %j, %j', (above, below) => {
    const files = ['test', 'train'].flatMap((side) =>
      ['cat', 'dog'].map((name) => `${above}${side}/${below}${name}/1.jpg`),
    )
    expect(arrange(files)).toEqual({
      train: { files: files.slice(2), labels: Int32Array.of(0, 1) },
      test: { files: files.slice(0, 2), labels: Int32Array.of(0, 1) },
      classes: ['cat', 'dog'],
    })
    const flat = [`${above}${below}cat/1.jpg`, `${above}${below}dog/old/1.jpg`]
    expect(arrange(flat)).toEqual({
      train: { files: flat, labels: Int32Array.of(0, 1) },
      classes: ['cat', 'dog'],
    })
  })

  test('takes names that differ in Unicode form alone for one class', () => {
    const [nfc, nfd] = ['caf\u00e9', 'cafe\u0301']
    const files = [`test/${nfd}/1.jpg`, `train/${nfd}/2.jpg`, `train/${nfc}/1.jpg`, 'train/zoo/1.jpg']
    expect(arrange(files)).toEqual({
      train: { files: files.slice(1), labels: Int32Array.of(0, 0, 1) },
      test: { files: files.slice(0, 1), labels: Int32Array.of(0) },
      classes: [nfc, 'zoo'],
    })
    // not two classes
    expect(arrange([`${nfd}/1.jpg`, `${nfc}/1.jpg`])).toEqual({
      train: { files: [`${nfd}/1.jpg`, `${nfc}/1.jpg`] },
    })
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

  test('takes all folders of one side together', () => {
    const files = ['Test/1.jpg', 'Train/1.jpg', 'test/2.jpg', 'train/2.jpg']
    expect(arrange(files)).toEqual({
      train: { files: ['Train/1.jpg', 'train/2.jpg'] },
      test: { files: ['Test/1.jpg', 'test/2.jpg'] },
    })
  })

  test('takes train/ without test/ for a class', () => {
    expect(arrange(['other/1.jpg', 'train/1.jpg'])).toMatchObject({ classes: ['other', 'train'] })
  })
})

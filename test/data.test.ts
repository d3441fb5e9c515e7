/** `data check` and `data pack` as a user runs them. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { type Outcome, selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const set = join(folder, 'set')
const at = (...parts: string[]) => join(folder, ...parts)

beforeAll(async () => {
  await drawPictures(join(set, 'train'), 20, true)
  await drawPictures(at('other'), 8, true)
  for (const kind of ['class-0', 'class-1', 'class-2'])
    mkdirSync(join(set, 'test', kind), { recursive: true })
  // on both sides, in another class
  copyFileSync(join(set, 'train/class-0/picture-0003.png'), join(set, 'test/class-0/copied.png'))
  copyFileSync(join(set, 'train/class-1/picture-0004.png'), join(set, 'train/class-2/wrong.png'))
  const again = await sharp(join(set, 'train/class-1/picture-0007.png')).jpeg({ quality: 60 }).toBuffer()
  writeFileSync(join(set, 'test/class-1/again.jpg'), again)
  writeFileSync(join(set, 'train/class-0/zero.png'), '')
  const blank = { width: 30, height: 20, channels: 3, background: '#808080' } as const
  await sharp({ create: blank }).png().toFile(join(set, 'train/class-0/blank.png'))
})

function sentence({ code, stdout, stderr }: Outcome, exitCode: number, ...words: RegExp[]): void {
  const last = /^(?:selfsame|error):[\s\S]*$/m.exec(stderr)?.[0] ?? stderr
  for (const word of words) expect(last).toMatch(word)
  expect(code).toBe(exitCode)
  expect(stdout).toBe('')
  expect(stderr).not.toMatch(/fault of ours|\n\s+at /)
}

test('the report says what there is, what is wrong and what to do', async () => {
  const { code, stdout } = await selfsame(['data', 'check', set])
  expect(code).toBe(0)
  expect(stdout).toMatch(/: 23 pictures for training, 2 for testing\n/)
  expect(stdout).toMatch(/^Read {13}all 25 pictures in \d+ s$/m)
  expect(stdout).toMatch(
    /^Set aside {8}1 picture \(4\.0 %\) cannot be read\n {17}1: the file is empty\n {19}train\/class-0\/zero\.png$/m,
  )
  expect(stdout).toMatch(/^Files {12}24 \.png, 1 \.jpg$/m)
  expect(stdout).toMatch(
    /^Sizes {12}.* the smallest, .* the median, .* the largest, in px; \d+ with a short side under 32 px$/m,
  )
  expect(stdout).toMatch(/^Values {11}3 channels of 8 bits; 1 are grey$/m)
  expect(stdout).toMatch(/^Mean {13}0\.\d{4} {2}0\.\d{4} {2}0\.\d{4}$/m)
  expect(stdout).toMatch(/^One colour {7}1 picture \(train\/class-0\/blank\.png\)$/m)
  expect(stdout).toMatch(/^Classes {10}3, \d to \d pictures each\n {19}class-0/m)
  expect(stdout).toMatch(
    /^Same pixels {6}4 pictures in 2 groups; 1 for testing are among those for training; 1 group with different classes$/m,
  )
  expect(stdout).toContain('train/class-0/picture-0003.png (class-0) = test/class-0/copied.png (class-0)')
  expect(stdout).toMatch(/^Look alike {7}\d+ pairs? within 8 of 64 bits/m)
  expect(stdout).toContain('train/class-1/picture-0007.png (class-1) ~ test/class-1/again.jpg (class-1)')
  expect(stdout).toMatch(/- .* may be passed over: training will pass over them/)
  expect(stdout).toMatch(/- The same picture lies in different classes once/)
  expect(stdout).toMatch(/- 1 picture is of one colour throughout/)
})

test('the same as one object', async () => {
  const { code, stdout } = await selfsame(['data', 'check', set, '--json', '--bad-share', '0'])
  expect(code).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  const check = JSON.parse(stdout)
  expect(check).toMatchObject({
    train: 23,
    test: 2,
    read: 24,
    interrupted: false,
    endings: { png: 24, jpg: 1 },
    exact: { pictures: 4, groups: 2, test_in_train: 1, labels_differ: 1 },
    aside: { count: 1, groups: [{ reason: 'the file is empty', paths: ['train/class-0/zero.png'] }] },
  })
  expect(check.statistics.mean).toHaveLength(3)
  expect(check.advice.length).toBeGreaterThan(2)
})

test('too many broken pictures are said to stop training', async () => {
  const broken = at('broken')
  await drawPictures(broken, 10)
  for (let i = 0; i < 7; i++) writeFileSync(join(broken, `zero-${i}.png`), '')
  const { stdout, code } = await selfsame(['data', 'check', broken])
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /- 41 % of the pictures cannot be read, and 5 may be passed over: training will stop\./,
  )
  const allowed = await selfsame(['data', 'check', broken, '--bad-share', '0.5'])
  expect(allowed.stdout).toMatch(/and 8 may be passed over: training will pass over them/)
})

test('Ctrl-C ends a check with what is known', async () => {
  const many = at('many')
  mkdirSync(many)
  const noise = Buffer.from(Uint8Array.from({ length: 3 * 900 * 900 }, (_, i) => (i * i) % 251))
  const large = await sharp(noise, { raw: { width: 900, height: 900, channels: 3 } })
    .png()
    .toBuffer()
  for (let i = 0; i < 150; i++) writeFileSync(join(many, `${i}.png`), large)
  let sent = false
  const { code, stdout, stderr } = await selfsame(['data', 'check', many], (child, text) => {
    if (!sent && text.includes('Reading')) child.kill('SIGINT')
    sent ||= text.includes('Reading')
  })
  expect(stderr).toMatch(/Stopping; what is known by now follows/)
  expect(code).toBe(130)
  expect(stdout).toMatch(/^Read {13}\d\d? of 150 pictures in \d+ s; stopped before the end$/m)
  expect(stdout).toMatch(/^Same pixels {6}(none twice|\d+ pictures in 1 group)$/m)
})

test.each([
  ['tars', []],
  ['arrays', ['--decoded', '--size', '20']],
])('a set packed as %s opens as the same set', async (kind, options) => {
  const out = at(`out-${kind}`)
  const pack = ['data', 'pack', set, '--out', out, ...options]
  const { code, stdout } = await selfsame(pack)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Packed 22 pictures for training.*, 2 pictures for testing/)
  expect(stdout).toMatch(/1 picture could not be read; .*left-out\.jsonl says why/)
  expect(readFileSync(join(out, 'left-out.jsonl'), 'utf8')).toMatch(/zero\.png.*the file is empty/)
  const again = await selfsame([...pack, '--json'])
  expect(JSON.parse(again.stdout)).toMatchObject({
    status: 'packed_before',
    classes: ['class-0', 'class-1', 'class-2'],
  })
  const checked = JSON.parse((await selfsame(['data', 'check', out, '--json'])).stdout)
  const original = JSON.parse((await selfsame(['data', 'check', set, '--json'])).stdout)
  expect(checked).toMatchObject({ train: 22, test: 2, read: 24, exact: { test_in_train: 1 } })
  if (kind === 'tars') {
    expect(checked.statistics).toEqual(original.statistics)
    expect(checked.sizes).toEqual(original.sizes)
  } else expect(checked.sizes).toMatchObject({ smallest: [20, 20], largest: [20, 20] })
})

test('what cannot be is told in a sentence', async () => {
  const out = at('elsewhere')
  mkdirSync(out)
  writeFileSync(join(out, 'mine.txt'), 'mine')
  const cases: [string[], number, ...RegExp[]][] = [
    [['check', at('no-such')], 2, /no-such/],
    [['check', set, '--sample', '0'], 2, /--sample/],
    [['pack', set], 2, /--out/],
    [['pack', set, '--out', at('x'), '--size', '9'], 2, /--decoded/],
    [['pack', set, '--out', out, '--force'], 2, /'mine.txt'/],
    [['pack', at('other'), '--out', at('out-tars')], 2, /made otherwise.*--force/],
    [['pack', at('out-tars'), '--out', at('out-tars'), '--force'], 2, /is where the pictures lie/],
    [
      ['pack', set, '--out', join(set, 'train/class-0/blank.png/x')],
      1,
      /a part of the path is a file.*another folder/,
    ],
  ]
  await Promise.all(
    cases.map(async ([args, code, ...words]) => sentence(await selfsame(['data', ...args]), code, ...words)),
  )
  expect(readdirSync(out)).toEqual(['mine.txt'])
})

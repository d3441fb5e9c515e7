import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporary } from '../testing/made.js'
import { madeMember, madePax, madeTar } from '../testing/made-tar.js'
import { type TarInput, type TarLeft, type TarMember, tarFiles } from './tar.js'
import { FileInput, StreamInput } from './tar-input.js'

const whole = (tar: Buffer): TarInput => ({
  size: tar.length,
  view: (from, length) => tar.subarray(from, from + length),
})

async function* pieces(tar: Buffer, length: number) {
  for (let at = 0; at < tar.length; at += length) yield tar.subarray(at, at + length)
}

async function list(input: TarInput) {
  const files: TarMember[] = []
  const left: TarLeft = { links: 0, others: 0 }
  let fault = ''
  try {
    for await (const file of tarFiles(input, left)) files.push(file)
  } catch (error) {
    fault = (error as Error).message
    expect((error as Error).name).toBe('TarFault')
  }
  return { files, left, fault }
}

const LONG = `${'deep/'.repeat(50)}é.jpg`

describe('a tar’s files are listed', () => {
  test('with long names and sizes in every way that they are written', async () => {
    const tar = madeTar([
      { name: './a.jpg', content: 'first' },
      { name: 'folder/', type: '5' },
      { name: 'b.jpg', prefix: 'in/here', content: 'x'.repeat(513) },
      { name: 'gnu.jpg', magic: 'ustar  \0', prefix: 'not a prefix', content: 'y' },
      { name: 'old.jpg', magic: '\0\0\0\0\0\0\0\0', type: '\0', content: 'z' },
      { name: '././@LongLink', type: 'L', content: `${LONG}\0` },
      { name: LONG.slice(0, 100), content: 'long' },
      { name: '././@LongLink', type: 'K', content: 'target\0' },
      { name: 'link.jpg', type: '2' },
      {
        name: 'PaxHeaders/p.jpg',
        type: 'x',
        content: madePax({ path: `pax/${LONG}`, size: '3', mtime: '1.5' }),
      },
      { name: 'p.jpg', content: 'pax', size: 0 },
      { name: 'global', type: 'g', content: madePax({ comment: 'about all', path: 'wrong' }) },
      { name: 'big.jpg', content: 'base', base256: true },
      { name: 'sparse.jpg', type: 'S', content: '' },
      { name: 'PaxHeaders/s', type: 'x', content: madePax({ 'GNU.sparse.major': '1' }) },
      { name: 's.jpg', content: 'holes' },
      { name: 'contiguous.jpg', type: '7', content: 'c' },
    ])
    const expected = [
      ['a.jpg', 'first'],
      ['in/here/b.jpg', 'x'.repeat(513)],
      ['gnu.jpg', 'y'],
      ['old.jpg', 'z'],
      [LONG, 'long'],
      [`pax/${LONG}`, 'pax'],
      ['big.jpg', 'base'],
      ['contiguous.jpg', 'c'],
    ]
    for (const input of [
      whole(tar),
      ...[1, 100, 511, 512, 5000].map((length) => new StreamInput(pieces(tar, length))),
    ]) {
      const { files, left, fault } = await list(input)
      expect(fault).toBe('')
      expect(
        files.map(({ name, offset, size }) => [name, tar.toString('utf8', offset, offset + size)]),
      ).toEqual(expected)
      expect(left).toEqual({ links: 1, others: 2 })
    }
  })

  test.each([['ustar'], ['gnu'], ['posix'], ['v7'], ['oldgnu']])(
    'as the system’s tar writes them (%s)',
    async (format) => {
      using folder = temporary()
      const names =
        format === 'v7' ? ['a/1.jpg'] : ['a/1.jpg', `${'long-'.repeat(17)}/${'name-'.repeat(17)}.jpg`]
      for (const [at, name] of names.entries()) {
        mkdirSync(join(folder.path, 'in', name, '..'), { recursive: true })
        writeFileSync(join(folder.path, 'in', name), Buffer.alloc(1000 * (at + 1), 65 + at))
      }
      const path = join(folder.path, 'x.tar')
      execFileSync('tar', [`--format=${format}`, '-cf', path, '-C', join(folder.path, 'in'), '.'])
      const tar = readFileSync(path)
      const handle = await open(path)
      const { files, fault } = await list(new FileInput(handle, tar.length))
      await handle.close()
      expect(fault).toBe('')
      expect(files.map(({ name }) => name).sort()).toEqual([...names].sort())
      for (const { name, offset, size } of files) {
        const at = names.indexOf(name)
        expect(tar.subarray(offset, offset + size)).toEqual(Buffer.alloc(1000 * (at + 1), 65 + at))
      }
    },
  )

  test('through a window, whatever lies between them', async () => {
    using folder = temporary()
    const sizes = [0, 1, 511, 512, 513, 4096, 70_000, 5, 5, 1_500_000, 9, 300_000, 1]
    const tar = madeTar(sizes.map((size, at) => ({ name: `${at}.bin`, content: Buffer.alloc(size, at) })))
    const path = join(folder.path, 'x.tar')
    writeFileSync(path, tar)
    const handle = await open(path)
    const { files, fault } = await list(new FileInput(handle, tar.length))
    await handle.close()
    expect(fault).toBe('')
    expect(files.map(({ size }) => size)).toEqual(sizes)
    for (const [at, { offset, size }] of files.entries()) {
      expect(tar.subarray(offset, offset + size).equals(Buffer.alloc(size, at))).toBe(true)
    }
  })
})

describe('what comes before damage is listed, and the damage told', () => {
  const good = madeTar([
    { name: 'a.jpg', content: 'a' },
    { name: 'b.jpg', content: 'b'.repeat(600) },
  ])
  const bad = (at: number, byte: number) => {
    const copy = Buffer.from(good)
    copy[at] = byte
    return copy
  }
  const extended = (content: string, size?: number) =>
    madeTar([
      { name: 'a.jpg', content: 'a' },
      { name: 'x', type: 'x', content, ...(size && { size }) },
      { name: 'b.jpg' },
    ])

  test.each([
    ['cut within a content', good.subarray(0, 1700), "it is cut short within 'b.jpg'"],
    ['cut within a header', good.subarray(0, 1100), 'it is cut short within a header'],
    [
      'cut before the end mark',
      madeTar([{ name: 'a.jpg' }], false),
      'it has no end mark, so it may be cut short',
    ],
    ['a name that changed', bad(1024, 0x63), 'the header at byte 1024 is damaged'],
    ['a checksum of no digits', bad(1024 + 148, 0x78), 'the header at byte 1024 is damaged'],
    ['a negative size', madeTar([{ name: 'a.jpg' }, { name: 'b', base256: true, size: 1 }]).fill(0), ''],
    ['records cut short', extended('99 path=x\n'), 'the extended header at byte 1536 is damaged'],
    ['records without a length', extended('path=x\n'), 'the extended header at byte 1536 is damaged'],
    ['records of length 0', extended('0 path=x\n'), 'the extended header at byte 1536 is damaged'],
    [
      'a size of no digits',
      extended(madePax({ size: '1e99' })),
      'the extended header before byte 2048 is damaged',
    ],
    ['a huge record', extended('', 1e9), "it is cut short within 'x'"],
    [
      'random bytes after it',
      Buffer.concat([good.subarray(0, 2560), Buffer.alloc(512, 7)]),
      'the header at byte 2560 is damaged',
    ],
  ])('%s', async (what, tar, message) => {
    const { files, fault } = await list(whole(tar))
    expect(fault).toBe(message)
    if (what.startsWith('cut within') || what.includes('that changed'))
      expect(files.map(({ name }) => name)).toEqual(['a.jpg'])
  })

  test('a size of 2^60 or below zero', async () => {
    const member = madeMember({ name: 'b', base256: true, size: 2 ** 60 })
    expect((await list(whole(member))).fault).toBe('the header at byte 0 states a size that is no number')
    expect(
      (
        await list(
          new StreamInput(pieces(madeMember({ name: 'b', base256: true, size: 2 ** 53 - 600 }), 512)),
        )
      ).fault,
    ).toMatch(/cut short|impossible|end mark/)
  })

  test('bytes changed at random never hang or crash', async () => {
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return seed % below
    }
    const tar = madeTar([
      { name: 'L', type: 'L', content: `${LONG}\0` },
      { name: 'a', content: 'a' },
      { name: 'x', type: 'x', content: madePax({ path: LONG, size: '1' }) },
      { name: 'b', content: 'b', size: 0 },
    ])
    for (let round = 0; round < 3000; round++) {
      const copy = Buffer.from(tar)
      for (let i = 0; i <= round % 3; i++) copy[random(copy.length)] = random(256)
      const { files } = await list(whole(copy.subarray(0, round % 5 ? copy.length : random(copy.length))))
      expect(files.length).toBeLessThanOrEqual(3)
      for (const { offset, size } of files) expect(offset + size).toBeLessThanOrEqual(copy.length)
    }
  })
})

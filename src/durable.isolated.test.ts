/** What a power cut would leave cannot be tried; that all is on disk before it gets its name can be watched. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WholeFile } from './images/pack/pack-files.js'
import { downloadSet } from './images/sets/download.js'
import { madeTar } from './images/testing/made-tar.js'
import { writeAtomically } from './run/index.js'

/** Calls in their order: a sync, of a file that is still called so, or a name that is given. */
const calls = vi.hoisted(() => [] as string[][])
vi.mock('node:fs', async (actual) => {
  const fs = await actual<typeof import('node:fs')>()
  return {
    ...fs,
    fsyncSync(file: number) {
      calls.push(['sync', fs.readlinkSync(`/proc/self/fd/${file}`)])
      fs.fsyncSync(file)
    },
    renameSync(from: string, to: string) {
      calls.push(['name', to])
      fs.renameSync(from, to)
    },
  }
})

let folder = ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'selfsame-durable-'))
  const handle = await open(folder)
  const FileHandle = Object.getPrototypeOf(handle)
  await handle.close()
  const { sync } = FileHandle
  vi.spyOn(FileHandle, 'sync').mockImplementation(function (this: { fd: number }) {
    calls.push(['sync', readlinkSync(`/proc/self/fd/${this.fd}`)])
    return sync.call(this)
  })
  calls.length = 0
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const seen = () => calls.map(([what, path = '']) => `${what} ${relative(folder, path) || '.'}`)
const fileOf = (content: Buffer) => ({
  // nothing listens there: what was downloaded before is enough
  urls: ['http://127.0.0.1:1/'],
  size: content.length,
  md5: createHash('md5').update(content).digest('hex'),
})

// needs to be told which file a number stands for
describe.runIf(existsSync('/proc/self/fd'))('on disk before it has its name, and then the name', () => {
  test('a file of a run', () => {
    writeAtomically(join(folder, 'run.json'), '{}')
    expect(seen()).toEqual([`sync run.json.${process.pid}.tmp`, 'name run.json', 'sync .'])
  })

  test('a file of a pack', async () => {
    const file = await WholeFile.begin(join(folder, 'train.tar'))
    await file.append(Buffer.from('content'))
    await file.finish()
    expect(seen()).toEqual(['sync train.tar.part', 'name train.tar', 'sync .'])
  })

  test('a set that is unpacked', async () => {
    const archive = gzipSync(
      madeTar([
        { name: 'top/a.bin', content: Buffer.alloc(9) },
        { name: 'top/b.bin', content: 'x' },
      ]),
    )
    mkdirSync(join(folder, 'toy.part'))
    writeFileSync(join(folder, 'toy.part', 'toy.tgz.part'), archive)
    await downloadSet(
      {
        name: 'toy',
        folder: 'toy',
        files: [{ name: 'toy.tgz', ...fileOf(archive) }],
        archive: { wanted: /bin$/, bytes: 10 },
      },
      folder,
    )
    expect(seen()).toEqual([
      'sync toy.part/toy.tgz.part',
      'name toy.part/toy.tgz',
      'sync toy.part',
      'sync toy.part/unpacked/a.bin',
      'sync toy.part/unpacked/b.bin',
      'sync toy.part/unpacked',
      'name toy',
      'sync .',
    ])
  })

  test('a set of several files', async () => {
    const content = Buffer.from('content')
    mkdirSync(join(folder, 'two.part'))
    for (const name of ['a', 'b']) writeFileSync(join(folder, 'two.part', `${name}.part`), content)
    const files = ['a', 'b'].map((name) => ({ name, ...fileOf(content) }))
    await downloadSet({ name: 'two', folder: 'two', files }, folder)
    expect(seen()).toEqual([
      ...['a', 'b'].flatMap((name) => [
        `sync two.part/${name}.part`,
        `name two.part/${name}`,
        'sync two.part',
      ]),
      'name two',
      'sync .',
    ])
  })
})

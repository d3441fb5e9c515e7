import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findLibjpeg } from './lib/libjpeg.mjs'
import { triplet } from './lib/paths.mjs'

const library = process.platform === 'darwin' ? 'libjpeg.dylib' : 'libjpeg.so'
const turbo = '#define JPEG_LIB_VERSION  62\n#define LIBJPEG_TURBO_VERSION  2.1.5\n'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'libjpeg-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function find(files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return findLibjpeg([join(folder, 'nowhere'), folder])
}

test("Debian's layout", () => {
  const files = {
    'include/jpeglib.h': '',
    [`include/${triplet}/jconfig.h`]: turbo,
    [`lib/${triplet}/${library}`]: '',
  }
  expect(find(files)).toEqual({
    version: '2.1.5',
    includeDirs: [join(folder, 'include'), join(folder, 'include', triplet)],
    file: join(folder, `lib/${triplet}`, library),
    rpath: join(folder, `lib/${triplet}`),
  })
})

test("Fedora's layout", () => {
  const files = {
    'include/jpeglib.h': '',
    'include/jconfig.h': '#include "jconfig-64.h"\n',
    'include/jconfig-64.h': turbo,
    [`lib64/${library}`]: '',
  }
  expect(find(files)).toMatchObject({ version: '2.1.5', file: join(folder, 'lib64', library) })
})

test('headers without their library, or a library without its headers, are none', () => {
  expect(find({ 'include/jpeglib.h': '', 'include/jconfig.h': turbo })).toBeUndefined()
  mkdirSync(join(folder, 'lib'))
  symlinkSync('libjpeg.so.62.3.0', join(folder, 'lib', library))
  expect(find({})).toBeUndefined()
  rmSync(join(folder, 'include'), { recursive: true })
  rmSync(join(folder, 'lib', library))
  expect(find({ [`lib/${library}`]: '' })).toBeUndefined()
})

test('a libjpeg that is not turbo is none', () => {
  const config = '#define JPEG_LIB_VERSION 90\n'
  expect(
    find({ 'include/jpeglib.h': '', 'include/jconfig.h': config, [`lib/${library}`]: '' }),
  ).toBeUndefined()
})

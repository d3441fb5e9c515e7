import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.js'

const { href: own } = new URL('../scripts/lib/make-folder.mjs', import.meta.url)
const { filesUnder } = (await import(new URL('../scripts/lib/files.mjs', import.meta.url).href)) as {
  filesUnder(folder: string, wanted: (path: string) => boolean): string[]
}

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'selfsame-folders-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('makes what is missing and leaves what is there', () => {
  const base = join(root, 'base')
  makeFolder(join(base, 'a/b/c'))
  writeFileSync(join(base, 'a/file'), 'kept')
  makeFolder(join(base, 'a/b/c/'))
  makeFolder(join(base, 'a'))
  expect(statSync(join(base, 'a/b/c')).isDirectory()).toBe(true)
  expect(readFileSync(join(base, 'a/file'), 'utf8')).toBe('kept')
  symlinkSync('a', join(base, 'link'))
  makeFolder(join(base, 'link/b/d'))
  expect(existsSync(join(base, 'a/b/d'))).toBe(true)
  expect(() => makeFolder(join(base, 'a/file'))).toThrow(/EEXIST/)
  expect(() => makeFolder(join(base, 'a/file/deeper'))).toThrow(/ENOTDIR/)
  symlinkSync('nowhere', join(base, 'dangling'))
  expect(() => makeFolder(join(base, 'dangling'))).toThrow(/EEXIST/)
})

// Node's own asks for /proc/… for ever, so this would not end without ours
test.skipIf(!existsSync('/proc/self'))('ends where the system says ENOENT for a folder that is there', () => {
  for (const path of ['/proc/selfsame', '/proc/selfsame/runs/mine'])
    expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})

/** A shell in which `root/sealed` is a disk that cannot be written, where this system lets us have one. */
function readOnly(command: string) {
  const sealed = join(root, 'sealed')
  mkdirSync(sealed, { recursive: true })
  const script = `mount -t tmpfs -o ro tmpfs "$0" && exec ${command}`
  return spawnSync('unshare', ['-m', 'sh', '-c', script, sealed], { encoding: 'utf8' })
}

const canMount = spawnSync('unshare', ['-m', 'true']).status === 0

test.skipIf(!canMount)('a read-only disk is called so (needs the right to mount)', () => {
  const script = `import("${own}").then(({ makeFolder }) => { try { makeFolder("${join(root, 'sealed/new/run')}") } catch (error) { console.log(error.code, error.path) } })`
  const { stdout, stderr, status } = readOnly(`"${process.execPath}" -e '${script}'`)
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(stdout).toBe(`EROFS ${join(root, 'sealed/new')}\n`)
})

// root may write everywhere
test.skipIf(process.getuid?.() === 0)('a folder that may not be written is called so', () => {
  const closed = join(root, 'closed')
  mkdirSync(closed, { mode: 0o500 })
  expect(() => makeFolder(join(closed, 'a/b'))).toThrow(/EACCES/)
  chmodSync(closed, 0o700)
})

/** The calls that begin as told, each from there to where its parenthesis closes, over however many lines. */
function callsOf(begin: RegExp, text: string): string[] {
  return [...text.matchAll(begin)].map(({ index, 0: { length } }) => {
    let at = index + length
    for (let open = 1; open > 0 && at < text.length; at++) {
      if (text[at] === '(') open++
      if (text[at] === ')') open--
    }
    return text.slice(index, at)
  })
}

test('nothing of ours makes folders by Node’s recursive mkdir', () => {
  const project = new URL('..', import.meta.url).pathname
  const sources = ['src', 'scripts'].flatMap((folder) =>
    filesUnder(
      join(project, folder),
      (path) => /\.(ts|mjs|cts)$/.test(path) && !/\.test\.|\/testing\//.test(path),
    ),
  )
  expect(sources.length).toBeGreaterThan(400)
  const ownMkdir = (text: string) =>
    callsOf(/\bmkdir(Sync)?\s*\(/g, text).some((call) => call.includes('recursive'))
  for (const call of [
    'mkdirSync(a, { recursive: true })',
    'await mkdir(\n  join(a, b),\n  { recursive: true },\n)',
  ])
    expect(ownMkdir(call), call).toBe(true)
  expect(ownMkdir('mkdirSync(join(a, b))\nrmSync(a, { recursive: true })')).toBe(false)
  expect(sources.filter((path) => ownMkdir(readFileSync(path, 'utf8')))).toEqual([])
})

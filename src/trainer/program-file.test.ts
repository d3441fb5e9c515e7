import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { SelfsameError, UsageError } from '../errors.js'
import { importDefault } from './program-file.js'

const folder = temporaryFolder()

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const WORDS = /^the config \S+ must be a .ts or .js file, got another kind: /
const NO_DEFAULT = /^the config \S+ must have a default export that is an object, such as/

test.each<[string, string, RegExp]>([
  // a label and a number, as JavaScript
  ['a.yaml', 'epochs: 3', WORDS],
  ['a.json', '{ "epochs": 3 }', WORDS],
  ['config', 'export default {}', WORDS],
  ['named.ts', 'export const epochs = 3', NO_DEFAULT],
  ['empty.ts', '', NO_DEFAULT],
  ['empty.cjs', 'module.exports = {}', NO_DEFAULT],
  ['null.ts', 'export default null', NO_DEFAULT],
])('%s is refused', async (name, text, message) => {
  const reading = importDefault(write(name, text), 'config')
  await expect(reading).rejects.toThrow(UsageError)
  await expect(reading).rejects.toThrow(message)
})

test('a folder with the name of a program is no program', async () => {
  mkdirSync(join(folder, 'dir.ts'))
  await expect(importDefault(join(folder, 'dir.ts'), 'study')).rejects.toThrow(
    /^the study \S+ must be a .ts or .js file, got a folder: /,
  )
})

test('what does not parse is told with its line, and with its file where that is another', async () => {
  const path = write('syntax.ts', 'export default {\n  epochs: 3,\n  batch: [,\n')
  const refused = async (file: string, message: string) => {
    const error = await importDefault(file, 'config').catch((error: unknown) => error)
    expect(error).toBeInstanceOf(SelfsameError)
    expect((error as Error).message).toBe(`the config ${file} cannot be read: ${message}`)
  }
  await refused(path, 'line 4: Unexpected token')
  await refused(
    write('import.ts', "import './syntax.ts'\nexport default {}"),
    `${path}, line 4: Unexpected token`,
  )
  await refused(write('throws.ts', 'throw null'), 'it throws null')
})

test('an empty default export is a config that changes nothing', async () => {
  expect(await importDefault(write('nothing.ts', 'export default {}'), 'config')).toEqual({})
})

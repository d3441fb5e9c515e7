import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { goingOn, setting } from '../setting.js'
import { inOptions } from './option-words.js'
import { makeProgram, VERBS } from './program.js'

const src = join(import.meta.dirname, '..')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => /\.ts$/.test(path))
const named = new Set(
  sources
    .filter((path) => !path.includes('.test.'))
    .flatMap((path) => [...readFileSync(join(src, path), 'utf8').matchAll(/setting\('(\w+)'/g)])
    .map(([, name]) => name as string),
)

test.each([...named])('%s is an option that a verb has', async (name) => {
  const program = await makeProgram(Object.keys(VERBS))
  const verbs = program.commands.flatMap((verb) => [verb, ...verb.commands])
  const known = verbs.flatMap((verb) => verb.options.map(({ long }) => long))
  expect(known).toContain(inOptions(setting(name)).split(' ')[0])
})

test('settings are worded as options, with their values', () => {
  expect(
    inOptions(`use ${setting('batch', 32)}, ${setting('force')} or ${setting('precision', 'float32')}`),
  ).toBe('use --batch 32, --force or --precision float32')
  expect(inOptions(`a longer warm-up (${setting('warmup', 2)})`)).toBe('a longer warm-up (--set warmup=2)')
})

test('what goes on with a run is a command that can be pasted, whatever its folder is called', () => {
  expect(inOptions(`train it first with ${goingOn('runs/a')}`)).toBe(
    'train it first with npx selfsame train --run runs/a --resume',
  )
  expect(inOptions(`${goingOn('a "b`\\')}: so`)).toBe("npx selfsame train --run 'a \"b`\\' --resume: so")
})

test('other words in backquotes stay', () => {
  expect(inOptions('there is no `toString` in `x: 1`')).toBe('there is no `toString` in `x: 1`')
})

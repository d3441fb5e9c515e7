// Below the command line nothing speaks of its options: a sentence names the setting, by `setting` in src/setting.ts.

import { relative } from 'node:path'
import { parseSync } from '@swc/core'
import { expect, test } from 'vitest'
import { filesUnder, textOf } from './lib/files.mjs'
import { inRoot, root } from './lib/paths.mjs'

/** Whose very purpose is to write commands, and words of another program. */
const COMMANDS = ['src/bench/sides.ts', 'src/evaluate/commands.ts', 'src/lab/paper.ts', 'src/trainer/gpus.ts']
/** A name of CSS has the form of an option, too. */
const STYLES = textOf(inRoot('src/report/style.ts')).match(/--[a-z][a-z-]*/g)
/** Where pages are drawn. */
const PAGES = /^src\/(report\/|use\/search\/contact-sheet[.]ts$)/

const below = filesUnder(inRoot('src'), (path) => /(?<!\.test|\.gen|\.d)\.ts$/.test(path))
  .map((path) => relative(root, path))
  .filter((path) => !path.startsWith('src/cli/') && !COMMANDS.includes(path))

/** All text that a program holds, comments apart. */
function strings(source) {
  const found = []
  const visit = (node) => {
    if (typeof node !== 'object' || node === null) return
    if (node.type === 'StringLiteral') found.push(node.value)
    if (node.type === 'TemplateElement') found.push(node.cooked ?? node.raw)
    for (const inner of Object.values(node)) visit(inner)
  }
  visit(parseSync(source, { syntax: 'typescript' }))
  return found
}

/** Options in a program's text; a name that is put in later leaves the dashes at an end. */
function options(source, allowed = []) {
  return strings(source)
    .flatMap((text) => text.match(/(?<![\w:-])--([a-z][a-z-]*|$)/g) ?? [])
    .filter((option) => !allowed.includes(option))
}

test('an option is found in a string, a template and where it is put together', () => {
  const put = '$' + '{x}'
  const source = `/** --out */ f("give --out"); f(\`--${put}\`); f(\`${put} --set a=1\`); i--; f("a -- b", "x--y", ":--") // --run`
  expect(options(source)).toEqual(['--out', '--', '--set'])
})

test('sentences from below the command line name settings and no options', () => {
  const wrong = below.flatMap((path) => {
    const found = options(textOf(inRoot(path)), PAGES.test(path) ? STYLES : [])
    return found.map((option) => `${path}: ${option}`)
  })
  expect(below.length).toBeGreaterThan(300)
  expect(wrong).toEqual([])
})

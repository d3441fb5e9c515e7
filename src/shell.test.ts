import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellLine, shellWord } from './shell.js'

test('a shell reads back the very words', () => {
  const words = [
    'runs/a-b_1.2',
    'my pictures',
    "it's",
    '$HOME `ls` "x"',
    'a*b',
    'Bücher',
    '',
    '~',
    'a\nb',
    `b\u001b[2J'\\x\u202e猫1`,
  ]
  const script = `for word in ${shellLine(words)}; do printf '%s\\0' "$word"; done`
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words)
  expect(shellWord('runs/mine')).toBe('runs/mine')
  // nothing in it moves a cursor
  expect(shellWord('a\u001b[2J\n')).toBe("$'a\\033[2J\\012'")
})

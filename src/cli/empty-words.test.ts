/** No option and no argument of any verb takes an empty word, and none can be forgotten. */
import { type Command, CommanderError, type Option } from 'commander'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UsageError } from '../errors.js'
import { checkEnvironment } from './empty-words.js'
import { makeProgram, VERBS } from './program.js'

const program = await makeProgram(Object.keys(VERBS))

/** Every command without commands of its own, with the words that lead to it. */
function leaves(command: Command, words: readonly string[] = []): [words: string[], command: Command][] {
  if (command.commands.length === 0) return [[[...words], command]]
  return command.commands.flatMap((inner) => leaves(inner, [...words, inner.name()]))
}
const verbs = leaves(program)
for (const [, command] of verbs) command.configureOutput({ writeErr: () => {} })
const options = verbs.flatMap(([words, command]) =>
  command.options
    .filter((option) => option.required || option.optional)
    .map((option) => [[...words, option.long].join(' '), words, command, option] as const),
)
const numbered = verbs.flatMap(([words, command]) =>
  command.registeredArguments.map(
    (argument, at) => [[...words, `<${argument.name()}>`].join(' '), words, at, command] as const,
  ),
)

async function refusal(words: readonly string[]): Promise<unknown> {
  return await program.parseAsync(words, { from: 'user' }).then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('all verbs are looked at', () => {
  expect(verbs.map(([words]) => words.join(' '))).toEqual([
    ...['train', 'evaluate', 'study', 'export', 'embed', 'search', 'duplicates', 'cluster', 'label'],
    ...['outliers', 'attention', 'data check', 'data pack', 'serve', 'methods', 'doctor', 'setup'],
    ...['bench', 'quickstart'],
  ])
  expect(options.length).toBeGreaterThan(60)
})

describe.each(options)('%s', (_, words, __, option) => {
  test.each(['', ' '])('refuses %j', async (empty) => {
    for (const given of [[option.long as string, empty], [`${option.long}=${empty}`]]) {
      const error = await refusal([...words, ...given])
      expect(error).toBeInstanceOf(UsageError)
      expect((error as Error).message).toBe(
        `${option.long} is empty, perhaps from a variable of the shell that is not set: give it a value, or leave it out`,
      )
    }
  })
})

test.each(numbered)('%s refuses an empty word', async (name, words, at, command) => {
  const needed = command.registeredArguments.map((_, i) => (i === at ? '' : 'x'))
  const mandatory = command.options.flatMap((option) =>
    option.mandatory ? [option.long as string, 'x'] : [],
  )
  const error = await refusal([...words, ...needed, ...mandatory])
  expect(error).toBeInstanceOf(UsageError)
  expect((error as Error).message).toMatch(`${name.split(' ').at(-1)} is empty`)
})

/** What options that take a number refuse, the nearest such value on each side. */
const BEYOND: Record<string, string[]> = {
  '--epochs': ['0', '-1'],
  '--minutes': ['0', '-1'],
  // a network is shown one picture as well
  '--batch': ['0', '2.5'],
  '--accumulate': ['0'],
  '--lr': ['-0.1', '1e31'],
  '--tau': ['-0.1', '1.1'],
  '--seed': ['-1', '0.5', '1e300'],
  '--checkpoint-every': ['0'],
  '--bad-share': ['-1', '1.1', '2'],
  '--most': ['0', '-1', '1.5'],
  '--workers': ['-1', '1025'],
  '--probe-every': ['-1'],
  '--stop-early': ['-1', '1.5'],
  '--seeds': ['0'],
  '--jobs': ['0'],
  '--count': ['0'],
  '--mass': ['0', '1.1'],
  '--sample': ['0'],
  '--near': ['-1', '1.1'],
  '--similar': ['-0.1', '1.1'],
  '--burst': ['-1'],
  '--groups': ['0'],
  '--neighbours': ['0'],
  '--min-score': ['-1.1', '1.1'],
  '--next': ['0'],
  '--unsure': ['-0.1', '1.1'],
  '--shard-mb': ['0'],
  '--seconds': ['0', '-1'],
  '--rounds': ['0'],
  '--port': ['-1', '65536'],
  '--queue': ['0'],
  '--max-mb': ['0', '1025'],
  '--max-megapixels': ['0', '101'],
  '--stop-seconds': ['-1', '3601'],
  // of attention it is a side of any length
  '--size': ['0'],
}

/** Whether an option takes a number: a word is no answer, and it has no list of those that are. */
function isNumber(command: Command, { parseArg, argChoices }: Option): boolean {
  if (!parseArg || argChoices) return false
  try {
    parseArg.call(command, 'a word', [] as unknown as undefined)
    return false
  } catch (error) {
    return error instanceof CommanderError
  }
}

const numbers = options.filter(([, , command, option]) => isNumber(command, option))

test('every range belongs to an option', () => {
  expect(new Set(numbers.map(([, , , { long }]) => long))).toEqual(new Set(Object.keys(BEYOND)))
})

test.each(numbers)('%s has a range', async (_, words, __, { long }) => {
  const beyond = BEYOND[long as string]
  expect(beyond).toBeDefined()
  for (const value of [...(beyond as string[]), 'Infinity', 'NaN']) {
    const error = await refusal([...words, `${long}=${value}`])
    expect(error).toBeInstanceOf(CommanderError)
    expect((error as Error).message).toMatch(`argument '${value}' is invalid. Expected a `)
    expect((error as Error).message).toMatch(
      /number of (at least|more than) -?[\d.]+( and at most [\d.e+]+)?, got/,
    )
  }
})

describe('the environment', () => {
  afterEach(() => vi.unstubAllEnvs())

  test.each(['SELFSAME_DEVICE', 'SELFSAME_THREADS', 'SELFSAME_DATA', 'SELFSAME_JPEG'])(
    '%s is refused where it is empty, by every verb',
    async (name) => {
      vi.stubEnv(name, '')
      for (const [words] of verbs) {
        const error = await refusal([...words])
        expect(error).toBeInstanceOf(UsageError)
        expect((error as Error).message).toMatch(`${name} is empty, perhaps from a variable`)
      }
    },
  )

  test('switches may be empty; a number of threads is one', () => {
    expect(() => checkEnvironment({ SELFSAME_OFFLINE: '', SELFSAME_DEBUG: '', HOME: '' })).not.toThrow()
    expect(() => checkEnvironment({ SELFSAME_THREADS: '12' })).not.toThrow()
    for (const threads of ['0', '-1', '1.5', 'many'])
      expect(() => checkEnvironment({ SELFSAME_THREADS: threads })).toThrow(
        `SELFSAME_THREADS is '${threads}' where a number of threads from 1 on is expected`,
      )
  })
})

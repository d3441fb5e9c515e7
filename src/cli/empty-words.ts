/** Words that are empty: a variable of the shell that was not set, and never what was meant. */
import type { Argument, Command, Option } from 'commander'
import { UsageError } from '../errors.js'

/** Variables of the environment that are off where they are empty; each other one holds a value. */
const SWITCHES = ['SELFSAME_OFFLINE', 'SELFSAME_DEBUG']

/**
 * Lets every option and argument of a command, and of the commands within it, refuse a word that is empty or blank.
 * @throws UsageError while words are parsed
 */
export function refuseEmptyWords(command: Command): void {
  for (const option of command.options)
    if (option.required || option.optional) guard(option, option.long ?? option.flags, false)
  for (const argument of command.registeredArguments)
    guard(argument, `<${argument.name()}>`, argument.variadic)
  for (const inner of command.commands) refuseEmptyWords(inner)
}

/** @param collects where words that nothing parses become a list */
function guard(one: Option | Argument, name: string, collects: boolean): void {
  const parse = one.parseArg as ((text: string, before: unknown) => unknown) | undefined
  one.argParser((text: string, before: unknown) => {
    refuseEmpty(text, name)
    if (parse) return parse(text, before)
    return collects ? [...((before as string[] | undefined) ?? []), text] : text
  })
}

/** @throws UsageError where `text` is empty or blank */
export function refuseEmpty(text: string, name: string): void {
  if (text.trim() === '')
    throw new UsageError(
      `${name} is empty, perhaps from a variable of the shell that is not set: give it a value, or leave it out`,
    )
}

/** @throws UsageError where a variable of ours is empty that should hold a value, or holds what it cannot */
export function checkEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const [name, value = ''] of Object.entries(environment))
    if (name.startsWith('SELFSAME_') && !SWITCHES.includes(name)) refuseEmpty(value, name)
  const { SELFSAME_THREADS: threads } = environment
  if (threads !== undefined && !/^[1-9]\d{0,3}$/.test(threads.trim()))
    throw new UsageError(
      `SELFSAME_THREADS is '${threads}' where a number of threads from 1 on is expected: unset it for one a core`,
    )
}

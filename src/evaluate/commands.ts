/** The commands that a report names: how a run was begun, gone on with, or begun anew for longer. */
import type { RunRecord } from '../run/index.js'
import { shellLine } from '../shell.js'
import { CLOSED_METHOD } from './closed-form.js'

type Begun = Pick<RunRecord, 'command' | 'data' | 'path' | 'config'>
type Pictures = Pick<RunRecord, 'data' | 'path' | 'followLinks' | 'badShare'>

/** Options without a value, behind which pictures may be named. */
const ALONE = ['--json', '--resume', '--plan', '--trust-config', '--follow-links']
/** What a run of other length says anew, or has no use for. */
const DROPPED = ['--epochs', '--minutes', '--run', '--json', '--resume', '--plan']

/** How a run was begun, with whole paths: relative ones mean nothing in another folder. */
export function begunWith(record: Begun): string {
  return line([record.command[0] ?? 'train', ...placed(record)])
}

/** What trains a run to its end. */
export function resumed(folder: string): string {
  return line(['train', '--run', folder, '--resume'])
}

/** A run like another one for so many epochs, into a folder beside it. @param method that it was trained with */
export function begunAgain(folder: string, record: Begun, epochs: number, method: string): string {
  const words = placed(record)
  const kept = words.filter((word, i) => {
    const before = words[i - 1] ?? ''
    const isValue = DROPPED.includes(before) && !ALONE.includes(before)
    return !isValue && !DROPPED.includes(word.split('=')[0] as string)
  })
  const pictures = record.path ?? record.data
  const named = kept.includes(pictures) ? kept : [pictures, ...kept]
  // npm start and train begin with another method where none is named
  const isNamed = record.config !== undefined || kept.some((word) => word.split('=')[0] === '--method')
  const chosen = record.command[0] === 'train' || isNamed ? [] : ['--method', method]
  return line([
    'train',
    ...named,
    ...chosen,
    '--epochs',
    `${epochs}`,
    '--run',
    `${baseOf(folder)}-${epochs}-epochs`,
  ])
}

/** The closed form of a run's pictures, into a folder beside it. */
export function closedInstead(folder: string, { data, path, followLinks, badShare }: Pictures): string {
  const { name } = CLOSED_METHOD
  return line([
    ...['train', path ?? data, '--method', name],
    ...(followLinks ? ['--follow-links'] : []),
    ...(badShare === undefined ? [] : ['--bad-share', `${badShare}`]),
    ...['--run', `${baseOf(folder)}-${name}`],
  ])
}

/** What takes in what eyes have chosen of a run, but for the figures. @param data judged in place of the run's own pictures */
export function clickedBy(folder: string, data?: string): string {
  return line(['evaluate', folder, ...(data === undefined ? [] : ['--data', data]), '--clicked'])
}

function baseOf(folder: string): string {
  return folder.replace(/\/+$/, '').replace(/-[\d.]+-epochs$/, '')
}

/** The words after the verb, with whole paths of the pictures and the config. */
function placed({ command, data, path, config }: Begun): string[] {
  return command.slice(1).map((word, i) => {
    const before = command[i] as string
    if (config !== undefined && before === '--config') return config
    if (config !== undefined && word.startsWith('--config=')) return `--config=${config}`
    const isValue = i > 0 && before.startsWith('--') && !before.includes('=') && !ALONE.includes(before)
    return word === data && !isValue ? (path ?? data) : word
  })
}

function line(words: readonly string[]): string {
  return `npx selfsame ${shellLine(words)}`
}

import { basename } from 'node:path'
import { SelfsameError, UsageError } from '../../errors.js'
import { READABLE } from '../decode/formats.js'
import { FOREIGN_WHY } from '../names/foreign.js'
import { neitherNote } from '../names/split.js'
import type { TarIndex } from './tar-index.js'
import { UNPACK } from './tar-names.js'

/** What is said where tars hold no picture. */
export function nothingInTars(name: string, tars: readonly TarIndex[]): SelfsameError {
  const damaged = tars.find(({ fault }) => fault !== undefined)
  if (damaged?.fault?.startsWith('it is packed')) {
    return new UsageError(
      `'${damaged.file.path}' is no plain tar: ${damaged.fault}, so that its pictures cannot be read one by one; ${UNPACK}`,
    )
  }
  if (damaged) {
    return new SelfsameError(
      `'${damaged.file.path}' holds no picture that can be found: ${damaged.fault}; get the file again`,
    )
  }
  const others = tars.reduce((sum, tar) => sum + tar.others, 0)
  return new UsageError(
    `'${name}' holds no picture file (${others} other ${others === 1 ? 'file' : 'files'}); expected files in ${READABLE.join(', ')} format`,
  )
}

/** One clause for each kind of thing that was left out. */
export function notesOnTars(tars: readonly TarIndex[], neither: readonly string[]): string[] {
  const sum = (count: (tar: TarIndex) => number) => tars.reduce((total, tar) => total + count(tar), 0)
  const more = (count: number) => (count > 1 ? ` and ${count - 1} more` : '')
  const damaged = tars.filter(({ fault }) => fault !== undefined)
  const [first] = damaged
  const links = sum(({ left }) => left.links)
  const holes = sum(({ left }) => left.others)
  const unread = sum((tar) => tar.unread)
  const foreign = sum((tar) => tar.foreign)
  return [
    ...(first
      ? [
          `left out because of damage: what follows the ${first.names.length} pictures found in '${basename(first.file.path)}' (${first.fault})${more(damaged.length)}`,
        ]
      : []),
    ...(foreign > 0 ? [`left out because of ${FOREIGN_WHY}: ${foreign}`] : []),
    ...(links > 0 ? [`left out because they are links in a tar: ${links}`] : []),
    ...(holes > 0 ? [`left out because of how the tar stores them: ${holes}`] : []),
    ...(unread > 0 ? [`labels beside pictures that state no class: ${unread}`] : []),
    ...neitherNote(neither),
  ]
}

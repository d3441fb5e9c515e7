import { printable } from './printable.js'

/** A word as it is typed into a shell: in quotes where it needs them, in bash's and zsh's form where a part is unseen. */
export function shellWord(text: string): string {
  if (/^[\w./:=@%+,-]+$/.test(text)) return text
  if (printable(text) === text) return `'${text.replaceAll("'", "'\\''")}'`
  const letters = [...text].map((one) => {
    if (printable(one) === one) return one.replace(/[\\']/, '\\$&')
    return [...Buffer.from(one)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  })
  return `$'${letters.join('')}'`
}

/** A command as it is typed. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

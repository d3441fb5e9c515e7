/** A word as it is typed into a shell: in quotes where it needs them. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** A command as it is typed. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

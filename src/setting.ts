/** How sentences name what can be set: as TypeScript has it, in backquotes. The command line words it as its options. */

/** A setting, and the value that is spoken of: `` `batch` ``, `` `precision: 'float32'` ``. */
export function setting(name: string, value?: string | number): string {
  if (value === undefined) return `\`${name}\``
  return `\`${name}: ${typeof value === 'string' ? `'${value}'` : value}\``
}

/** What goes on with the training of a run: `` `train(data, { out: "runs/mine" })` ``. */
export function goingOn(folder: string): string {
  return `\`train(data, { out: ${JSON.stringify(folder)} })\``
}

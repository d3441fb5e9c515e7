// A failure the user can act on: one sentence, no stack trace.
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export class Problem extends Error {}

/** True in the script that node was started with. */
export const isMain = (meta) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(meta.url)

const ofTheDisk = {
  EACCES: 'may not be written',
  EROFS: 'cannot be written',
  ENOSPC: 'lies on a full disk',
  EDQUOT: 'lies on a disk whose quota is used up',
  EFBIG: 'may not become as large as it must',
  EISDIR: 'is a folder where a file is wanted',
}

/** Runs a script's main function; a Problem ends it with its sentence, anything else is our bug and shows itself. */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    const clause = ofTheDisk[error.code]
    console.error(clause ? `${error.path ?? 'A file'} ${clause}: mend that and run this again.` : told(error))
    process.exitCode = 1
  }
}

const told = (error) => (error instanceof Problem ? error.message : error)

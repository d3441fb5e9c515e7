/** The token that a server asks for: from a file or the environment, where other users do not see it as they see words. */
import { readFile } from 'node:fs/promises'
import { UsageError } from '../../errors.js'
import { setting } from '../../setting.js'

export const TOKEN_VARIABLE = 'SELFSAME_TOKEN'
const SHORTEST = 16
const MOST_BYTES = 4096

/**
 * @param file holds the token on its only line; without one the environment's, if there is any
 * @throws UsageError for a file that cannot be read, and for a token that is short or could not be sent
 */
export async function readToken(file?: string): Promise<string | undefined> {
  const text = file === undefined ? process.env[TOKEN_VARIABLE] : await contents(file)
  if (text === undefined) return undefined
  const token = text.trim()
  const from = file === undefined ? TOKEN_VARIABLE : `'${file}'`
  if (token.length < SHORTEST || !/^[\x21-\x7e]+$/.test(token))
    throw new UsageError(
      `expected a token of at least ${SHORTEST} letters, digits and signs without blanks in ${from}; make one with: openssl rand -hex 32`,
    )
  return token
}

async function contents(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw new UsageError(
      `cannot read the token from '${file}' (${(error as NodeJS.ErrnoException).code}): ${setting('tokenFile')} names a file with the token on its only line`,
    )
  }
  if (bytes.length > MOST_BYTES) throw new UsageError(`'${file}' is too long to hold a token`)
  return bytes.toString('utf8')
}

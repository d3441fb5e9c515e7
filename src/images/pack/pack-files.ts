import { type FileHandle, open, rm } from 'node:fs/promises'
import { giveName } from '../../durable.js'
import { setting } from '../../setting.js'
import { explainWriteError, type Remedies } from '../../write-error.js'

const AT_ONCE = 2 ** 20

/** A file that appears under its name only when it is whole. */
export class WholeFile {
  /** appended so far */
  bytes = 0
  readonly #path: string
  readonly #handle: FileHandle
  #held: Uint8Array[] = []
  #heldBytes = 0

  readonly #remedies: Remedies

  private constructor(path: string, handle: FileHandle, remedies: Remedies) {
    this.#path = path
    this.#handle = handle
    this.#remedies = remedies
  }

  /**
   * @param remedies what is advised when it cannot be written
   * @throws SelfsameError when it cannot be written
   */
  static async begin(path: string, remedies: Remedies = REMEDIES): Promise<WholeFile> {
    return new WholeFile(path, await writing(path, () => open(`${path}.part`, 'w'), remedies), remedies)
  }

  /** @param parts not to be changed afterwards, as many small ones are written at once */
  async append(...parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#held.push(part)
      this.#heldBytes += part.length
      this.bytes += part.length
    }
    if (this.#heldBytes >= AT_ONCE) await this.#write()
  }

  async #write(): Promise<void> {
    const all = Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    await this.#writing(async () => {
      for (let written = 0; written < all.length; ) {
        written += (await this.#handle.write(all, written)).bytesWritten
      }
    })
  }

  /** Gives the file its name. @param start what it is to begin with, in place of what was appended first */
  async finish(start?: Uint8Array): Promise<void> {
    await this.#write()
    await this.#writing(async () => {
      if (start) await this.#handle.write(start, 0, start.length, 0)
      await this.#handle.sync()
      await this.#handle.close()
      giveName(`${this.#path}.part`, this.#path)
    })
  }

  #writing(act: () => Promise<void>): Promise<void> {
    return writing(this.#path, act, this.#remedies)
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
    await rm(`${this.#path}.part`, { force: true }).catch(() => undefined)
  }
}

/** Writes a small file at once. @throws SelfsameError when it cannot be written */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  remedies?: Remedies,
): Promise<void> {
  const file = await WholeFile.begin(path, remedies)
  try {
    await file.append(Buffer.from(content as string))
    await file.finish()
  } catch (error) {
    await file.abandon()
    throw error
  }
}

const REMEDIES: Remedies = {
  room: 'free some space and run the same command again: what is whole is kept',
  large: `give a smaller ${setting('shardMb')} or another folder`,
  otherwise: 'give another folder',
}

/** Does something to a file, and says in one sentence what hinders it. */
export async function writing<T>(
  path: string,
  act: () => Promise<T>,
  remedies: Remedies = REMEDIES,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw explainWriteError(error, `'${path}'`, remedies)
  }
}

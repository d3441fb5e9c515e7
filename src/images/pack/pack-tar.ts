import { WholeFile } from './pack-files.js'

const BLOCK = 512

/** Longest name of a member, in bytes: that of the first tars. */
export const LONGEST_MEMBER = 100

/** A tar of plain files, the same bytes whenever and wherever it is written. */
export class TarWriter {
  readonly #file: WholeFile

  private constructor(file: WholeFile) {
    this.#file = file
  }

  static async begin(path: string): Promise<TarWriter> {
    return new TarWriter(await WholeFile.begin(path))
  }

  get bytes(): number {
    return this.#file.bytes
  }

  /** @param name at most `LONGEST_MEMBER` bytes */
  async add(name: string, content: Uint8Array): Promise<void> {
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)
    await this.#file.append(header(name, content.length), content, padding)
  }

  async finish(): Promise<void> {
    await this.#file.append(Buffer.alloc(2 * BLOCK))
    await this.#file.finish()
  }

  abandon(): Promise<void> {
    return this.#file.abandon()
  }
}

/** A header of the POSIX format: readable by all, of nobody, from 1970. */
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1')
  block.write(name, 0, LONGEST_MEMBER)
  octal(0o644, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(size, 124, 11)
  octal(0, 136, 11)
  // the sum is taken with blanks in its own place
  block.write('        ', 148, 'latin1')
  block.write('0ustar\x0000', 156, 'latin1')
  octal(0, 329, 7)
  octal(0, 337, 7)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

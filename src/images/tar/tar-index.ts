import { SelfsameError } from '../../errors.js'
import { type KnownFile, knownFile } from '../arrays/handles.js'
import { withFile } from '../arrays/set-file.js'
import { isPictureName } from '../decode/formats.js'
import { Column } from '../names/column.js'
import { isForeignPath } from '../names/foreign.js'
import type { ClassNames } from '../names/labels.js'
import { LONGEST_NAME, NameList } from '../names/names.js'
import { type TarLeft, type TarMember, tarFiles } from './tar.js'
import { TarFault } from './tar-header.js'
import { FileInput } from './tar-input.js'

/** The pictures of a tar, a few dozen bytes each. */
export interface TarIndex {
  file: KnownFile
  names: NameList
  /** where each picture's content begins */
  offsets: Float64Array
  /** bytes of each picture */
  sizes: Uint32Array
  /** number of each picture's class among the class names, -1 where it has none */
  labels: Int32Array
  /** files that are neither pictures nor labels, by their names */
  others: number
  /** labels that could not be understood */
  unread: number
  /** pictures that another program put there for itself */
  foreign: number
  left: TarLeft
  /** one clause on the damage where the tar's end was not reached */
  fault?: string
}

/** Text of a label, and of what a .json may hold about a picture, in bytes. */
const MAX_CLASS = 256
const MAX_JSON = 2 ** 20
const MAX_PICTURE = 2 ** 32 - 1
const KEYS = ['label', 'class', 'cls', 'class_name', 'category', 'target']

/**
 * Lists a tar's pictures. Files whose paths are alike up to the first dot of the base name are one sample
 * (WebDataset): its .cls, a number or a word, or else its .json is the label of its pictures.
 * @param classes gets the classes' names
 * @throws SelfsameError when the file cannot be opened
 */
export async function indexTar(path: string, classes: ClassNames): Promise<TarIndex> {
  return withFile(path, async (handle) => {
    const file = await knownFile(path)
    const input = new FileInput(handle, file.size)
    const index = new IndexBuilder(classes)
    const left: TarLeft = { links: 0, others: 0 }
    let fault: string | undefined
    try {
      checkStart(await input.view(0, 6))
      for await (const member of tarFiles(input, left)) {
        const size = index.take(member)
        if (size > 0) index.label(member, await input.view(member.offset, size))
      }
    } catch (error) {
      if (error instanceof SelfsameError) throw error
      fault =
        error instanceof TarFault
          ? error.message
          : `it cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`
    }
    return { file, ...index.done(), left, ...(fault !== undefined && { fault }) }
  })
}

function checkStart(start: Buffer): void {
  if (start.length === 0) throw new TarFault('it is empty')
  const packed = [
    ['gzip', '\x1f\x8b'],
    ['bzip2', 'BZh'],
    ['xz', '\xfd7zXZ'],
    ['zstd', '\x28\xb5\x2f\xfd'],
  ].find(([, magic]) => start.toString('latin1').startsWith(magic as string))
  if (packed) throw new TarFault(`it is packed with ${packed[0]}`)
}

class IndexBuilder {
  readonly #classes: ClassNames
  readonly #names = new NameList()
  readonly #offsets = new Column((length) => new Float64Array(length))
  readonly #sizes = new Column((length) => new Uint32Array(length))
  readonly #labels = new Column((length) => new Int32Array(length))
  #others = 0
  #unread = 0
  #foreign = 0
  #key = ''
  #label = -1

  constructor(classes: ClassNames) {
    this.#classes = classes
  }

  /** Takes a member. @returns how many bytes of its content are a label, 0 for none */
  take({ name, offset, size }: TarMember): number {
    if (isForeignPath(name)) {
      if (isPictureName(name)) this.#foreign++
      return 0
    }
    // hidden files
    if (name.startsWith('.') || name.includes('/.')) return 0
    const base = name.lastIndexOf('/') + 1
    const dot = name.indexOf('.', base)
    const key = dot < 0 ? name : name.slice(0, dot)
    if (key !== this.#key) this.#endSample(key)
    if (isPictureName(name) && size <= MAX_PICTURE && 3 * name.length < LONGEST_NAME - 100) {
      this.#names.push(name)
      this.#offsets.push(offset)
      this.#sizes.push(size)
      return 0
    }
    const most = mostOf(name.slice(dot + 1))
    if (most === 0) this.#others++
    else if (size === 0 || size > most) this.#unread++
    return size > most ? 0 : size
  }

  /** Takes a label's content for the sample that the last member belongs to. */
  label({ name }: TarMember, content: Buffer): void {
    const plain = /\.cls$/i.test(name)
    const text = plain ? content.toString('utf8').trim() : classIn(content)
    if (!text) this.#unread++
    else if (plain || this.#label < 0) this.#label = this.#classes.number(text)
  }

  done() {
    this.#endSample('')
    return {
      names: this.#names,
      offsets: this.#offsets.done(),
      sizes: this.#sizes.done(),
      labels: this.#labels.done(),
      others: this.#others,
      unread: this.#unread,
      foreign: this.#foreign,
    }
  }

  #endSample(key: string): void {
    while (this.#labels.length < this.#names.length) this.#labels.push(this.#label)
    this.#key = key
    this.#label = -1
  }
}

function mostOf(extension: string): number {
  return { cls: MAX_CLASS, json: MAX_JSON }[extension.toLowerCase()] ?? 0
}

/** The class that a .json states, '' where it states none. */
function classIn(content: Buffer): string {
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch {
    return ''
  }
  if (typeof value !== 'object' || value === null) return ''
  for (const key of KEYS) {
    const found: unknown = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
    if (typeof found === 'string' && found.length <= MAX_CLASS) return found.trim()
    if (typeof found === 'number' && Number.isInteger(found)) return String(found)
  }
  return ''
}

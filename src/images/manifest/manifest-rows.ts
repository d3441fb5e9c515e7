import { SelfsameError, UsageError } from '../../errors.js'
import type { Arrangement, Side } from '../names/arrange.js'
import { Column } from '../names/column.js'
import { ClassNames, renumbered } from '../names/labels.js'
import { NameList } from '../names/names.js'
import { type Part, partOf, SPLIT_WORDS, unlabelledNote, validationNote } from '../names/split.js'

/** One row of a manifest. */
export interface Row {
  path: string
  /** none, or empty, where the picture has none */
  label?: string | undefined
  split?: string | undefined
}

/** `all` where the manifest has no splits. */
type Kind = Exclude<Part, 'unlabelled'> | 'all'

/** Rows of one side of a split. */
interface Group {
  files: NameList
  labels: Column<Int32Array>
  labelled: number
  /** by the word for their split */
  unlabelled: number
}

/** Collects the rows of a manifest without an object for any of them. */
export class Rows {
  readonly #manifest: string
  readonly #unit: string
  readonly #classes = new ClassNames()
  readonly #groups = new Map<Kind, Group>()
  /** the side that each split's word stands for */
  readonly #parts = new Map<string, Part>()

  /**
   * @param manifest its path, for messages
   * @param unit what its rows are counted in
   */
  constructor(manifest: string, unit: 'line' | 'row' = 'line') {
    this.#manifest = manifest
    this.#unit = unit
  }

  /**
   * @param at its line or row, from 1, for messages
   * @throws SelfsameError when the row is not whole, or its split is none
   */
  add({ path, label, split }: Row, at: number): void {
    if (path === '')
      throw new SelfsameError(`${this.#place(at)} has no path; add it or remove the ${this.#unit}`)
    const group = this.#group(split, at)
    try {
      group.files.push(path)
    } catch (error) {
      throw new SelfsameError(
        `${this.#place(at)} has a path that cannot be kept: ${(error as Error).message}; remove it`,
      )
    }
    // blanks around a word, which JSON and Parquet keep, make no class of their own
    const unlabelled = split !== undefined && this.#parts.get(split) === 'unlabelled'
    const word = unlabelled ? undefined : label?.trim()
    if (unlabelled) group.unlabelled++
    group.labels.push(word ? this.#classes.number(ownCopy(word)) : -1)
    if (word) group.labelled++
  }

  /**
   * The rows in their order, split and labelled.
   * @throws UsageError when there are none to learn from, SelfsameError when only some state a split
   */
  arrange(): Arrangement {
    const [all, train, test, val] = (['all', 'train', 'test', 'val'] as const).map((part) =>
      this.#groups.get(part),
    )
    if (all && this.#groups.size > 1) {
      throw new SelfsameError(
        `'${this.#manifest}' states a split for some rows only; state it for all or none`,
      )
    }
    const own = all ?? train
    if (own === undefined) {
      const [found] = this.#groups.keys()
      throw new UsageError(`'${this.#manifest}' has no rows${found ? ' for training' : ''}; add some`)
    }
    const held = test ?? val
    const { classes, renumber } = this.#classes.sorted()
    const side = ({ files, labels, labelled }: Group): Side => ({
      files,
      ...(labelled > 0 && { labels: renumbered(labels.done(), renumber) }),
    })
    const left = test && val ? val.files.length : 0
    return {
      train: side(own),
      ...(held && { test: side(held) }),
      ...(classes.length > 0 && { classes }),
      notes: [
        ...(own.unlabelled > 0 ? [unlabelledNote(own.unlabelled)] : []),
        ...(left > 0 ? [validationNote(left)] : []),
      ],
    }
  }

  #group(split: string | undefined, at: number): Group {
    const word = split === undefined ? 'all' : (this.#parts.get(split) ?? this.#part(split, at))
    // what is unlabelled is learned from, in the place that it has in the manifest
    const part = word === 'unlabelled' ? 'train' : word
    const known = this.#groups.get(part)
    if (known) return known
    const fresh = {
      files: new NameList(),
      labels: new Column((length) => new Int32Array(length)),
      labelled: 0,
      unlabelled: 0,
    }
    this.#groups.set(part, fresh)
    return fresh
  }

  #part(split: string, at: number): Part {
    const part = partOf(split)
    if (part === undefined) {
      throw new SelfsameError(
        `${this.#place(at)} has the split '${split.slice(0, 40)}'; expected one of ${SPLIT_WORDS}`,
      )
    }
    this.#parts.set(ownCopy(split), part)
    return part
  }

  #place(at: number): string {
    return `${this.#unit} ${at} of '${this.#manifest}'`
  }
}

/** A string's own copy: a part of a long text would keep all of the text in memory. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString()
}

import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet'
import { columnFor, noPaths } from './manifest-columns.js'

/** The columns of a Parquet file that say something about pictures. */
export interface ParquetColumns {
  /** column of the pictures' paths, or of the pictures themselves */
  picture: string
  /** how pictures are stored: elsewhere at a path, here, or here beside a path (as Hugging Face does) */
  stored: 'path' | 'bytes' | 'struct'
  label?: string
  split?: string
  /** names of the classes that whole numbers in the label column stand for */
  classes?: readonly string[]
}

/** Finds them. @throws UsageError when there is no column of pictures or paths */
export function parquetColumns(path: string, metadata: FileMetaData): ParquetColumns {
  const { children } = parquetSchema(metadata)
  const flat = children.filter(
    (child) => child.children.length === 0 && child.element.repetition_type !== 'REPEATED',
  )
  const names = flat.map(({ element }) => element.name)
  const named = (role: 'path' | 'label' | 'split') => {
    const at = columnFor(role, names)
    return at === undefined ? undefined : flat[at]
  }
  const struct = children.find(isPictureStruct)
  const plain = named('path')
  const picture = struct ?? plain
  if (picture === undefined || (picture !== struct && picture.element.type !== 'BYTE_ARRAY')) {
    const all = children.map(({ element }) => element.name)
    throw noPaths(path, all)
  }
  const label = named('label')?.element.name
  const split = named('split')?.element.name
  const classes = label === undefined ? undefined : classNames(metadata.key_value_metadata ?? [], label)
  return {
    picture: picture.element.name,
    stored: struct ? 'struct' : isText(picture) || !/^image$/i.test(picture.element.name) ? 'path' : 'bytes',
    ...(label !== undefined && { label }),
    ...(split !== undefined && { split }),
    ...(classes && { classes }),
  }
}

/** True for a column of `{ bytes, path }`. */
function isPictureStruct({ children }: SchemaTree): boolean {
  const bytes = children.find(({ element }) => element.name === 'bytes')
  return bytes?.element.type === 'BYTE_ARRAY' && children.some(({ element }) => element.name === 'path')
}

function isText({ element }: SchemaTree): boolean {
  return element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING'
}

/** Class names as Hugging Face's `datasets` writes them beside the schema. */
function classNames(
  metadata: readonly { key: string; value?: string }[],
  label: string,
): readonly string[] | undefined {
  try {
    const text = metadata.find(({ key }) => key === 'huggingface')?.value ?? 'null'
    const names: unknown = JSON.parse(text)?.info?.features?.[label]?.names
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined
  } catch {
    // what is written there is not ours to judge
    return undefined
  }
}

/** A folder as a browser sees one: at an address, or given by the user. */
import { SelfsameError } from '../../errors.js'

export interface Files {
  /** For messages. */
  readonly name: string
  /** The bytes of a file by its path within the folder; undefined where there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>
}

/**
 * A folder on a server.
 * @param address of the folder, absolute or from the page's own on
 */
export function filesAt(address: string): Files {
  const folder = address.endsWith('/') ? address : `${address}/`
  return {
    name: address,
    async read(path) {
      const place = folder + path.split('/').map(encodeURIComponent).join('/')
      let response: Response
      try {
        response = await fetch(place)
      } catch (error) {
        throw new SelfsameError(
          `'${place}' cannot be fetched (${(error as Error).message}); check that its server is running and lets this page read from it`,
        )
      }
      if (response.status === 404) return undefined
      if (!response.ok) throw new SelfsameError(`'${place}' cannot be fetched (status ${response.status})`)
      const bytes = new Uint8Array(await response.arrayBuffer())
      // many servers answer with their front page what they do not have
      if (isWebPage(bytes)) return undefined
      return bytes
    },
  }
}

/** A file that the user gave, with the path that browsers tell of one in a folder. */
export type GivenFile = Blob & { readonly name: string; readonly webkitRelativePath?: string }

/** A folder that the user dropped or chose: paths are within the folder that all files are in. */
export function filesOf(given: Iterable<GivenFile>): Files {
  const files = new Map<string, GivenFile>()
  for (const file of given) files.set(file.webkitRelativePath || file.name, file)
  const paths = [...files.keys()]
  const top = `${paths[0]?.split('/')[0]}/`
  const isInOne = paths.length > 0 && paths.every((path) => path.startsWith(top))
  return {
    name: isInOne ? top.slice(0, -1) : 'the files given',
    async read(path) {
      const file = files.get(isInOne ? top + path : path)
      return file && new Uint8Array(await file.arrayBuffer())
    },
  }
}

function isWebPage(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 100))
  return /^\s*<(!doctype html|html|head|body)\b/i.test(start)
}

/** libtorch's operator schemas, parsed from their text: `aten::add.Tensor(Tensor self, …, *, Scalar alpha=1) -> Tensor`. */

export interface Parameter {
  name: string
  /** Without `?`, `[]` and alias marks: `Tensor`, `Scalar`, `int`, `SymInt`, `float`, `bool`, `str`, `ScalarType`, … */
  base: string
  optional: boolean
  list: boolean
  /** The N of `int[N]`: a single number stands for N of it. */
  fixed: number | undefined
  hasDefault: boolean
  keywordOnly: boolean
  /** The mark of an argument that is written to, such as `a!`. */
  written: string | undefined
}

export interface Schema {
  name: string
  overload: string
  parameters: Parameter[]
  results: { type: string; written: string | undefined }[]
}

/** @throws TypeError when the text is not of the expected form */
export function parseSchema(text: string): Schema {
  const match = /^([\w:]+)(?:\.(\w+))?\((.*)\) -> (.*)$/.exec(text)
  if (!match) throw new TypeError(`not an operator schema: ${text}`)
  const [, name = '', overload = '', parameters = '', results = ''] = match
  let keywordOnly = false
  const list: Parameter[] = []
  for (const part of splitTop(parameters)) {
    if (part === '*') keywordOnly = true
    else list.push(parseParameter(part, keywordOnly))
  }
  const inner = results.startsWith('(') ? results.slice(1, -1) : results
  return {
    name,
    overload,
    parameters: list,
    results: splitTop(inner).map((type) => ({ type, written: /\((\w+!)/.exec(type)?.[1] })),
  }
}

/** False for the variants that write into `out` tensors or take named dimensions: they would make calls ambiguous. */
export function isCallable({ overload, parameters }: Schema): boolean {
  return !/names|dimname/i.test(overload) && !parameters.some((p) => p.keywordOnly && p.written !== undefined)
}

function parseParameter(text: string, keywordOnly: boolean): Parameter {
  const match = /^([\w.]+)(?:\((\w+!?)[^)]*\))?((?:\[\d*\]|\?)*) (\w+)(=.*)?$/.exec(text)
  if (!match) throw new TypeError(`not an operator parameter: ${text}`)
  const [, base = '', alias, suffix = '', name = '', fallback] = match
  const fixed = /\[(\d+)\]/.exec(suffix)?.[1]
  return {
    name,
    base,
    optional: suffix.endsWith('?'),
    list: suffix.includes('['),
    fixed: fixed === undefined ? undefined : Number(fixed),
    hasDefault: fallback !== undefined,
    keywordOnly,
    written: alias?.endsWith('!') ? alias : undefined,
  }
}

/** Splits at commas outside of brackets and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quoted = false
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (quoted && char === '\\') i++
    else if (char === '"') quoted = !quoted
    if (quoted) continue
    if ('([{'.includes(char)) depth++
    if (')]}'.includes(char)) depth--
    if (char === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  const last = text.slice(start).trim()
  if (last !== '') parts.push(last)
  return parts
}

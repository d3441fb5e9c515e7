#!/usr/bin/env node
// Writes src/torch/ops.gen.ts: the types of all public operators, from the schemas of the libtorch that is built against.
// Usage: node scripts/generate-ops.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const root = new URL('..', import.meta.url)
const target = new URL('src/torch/ops.gen.ts', root)
const { isCallable, parseSchema } = await import(new URL('dist/torch/schema.js', root))
const addon = createRequire(import.meta.url)(new URL('build/selfsame.node', root).pathname)

const VENDOR =
  /^(cudnn|miopen|mkldnn|fbgemm|quantized|q_|sparse_|to_sparse|to_mkldnn|mps_)|_copy$|_backward|_jvp$|_forward$/
// private by name, needed all the same
const PRIVATE = /^_foreach_|^_upsample_(bicubic|bilinear)2d_aa$/
const CLASS_OWN = new Set([
  'item',
  'to',
  'dtype',
  'device',
  'shape',
  'numel',
  'id',
  'dispose',
  'toString',
  'requires_grad_',
  'set_data',
  'data',
])
const UNSUPPORTED = new Set([
  'Dimname',
  'Generator',
  'Storage',
  'Stream',
  'ConvPackedParams',
  't',
  'QScheme',
  'Any',
])

const byName = new Map()
for (const text of addon.schemas()) {
  if (!text.startsWith('aten::')) continue
  const schema = parseSchema(text)
  const name = schema.name.slice('aten::'.length)
  if ((name.startsWith('_') && !PRIVATE.test(name)) || VENDOR.test(name)) continue
  if (!isCallable(schema)) continue
  schema.parameters = schema.parameters.filter((p) => p.base !== 'Generator')
  if (schema.parameters.some((p) => UNSUPPORTED.has(p.base))) continue
  byName.set(name, [...(byName.get(name) ?? []), schema])
}

const SCALARS = {
  int: 'number | bigint',
  SymInt: 'number | bigint',
  float: 'number',
  bool: 'boolean',
  str: 'string',
  Scalar: 'Scalar',
  Tensor: 'Tensor',
  ScalarType: 'DType',
  Layout: 'Layout',
  Device: 'Device',
  MemoryFormat: 'MemoryFormat',
}
const RESERVED = { input: 'input', default: 'default_', function: 'function_', in: 'in_', var: 'var_' }

function typeOf({ base, list, optional, fixed }) {
  const one = base === 'int' || base === 'SymInt' ? 'number' : (SCALARS[base] ?? 'string')
  let type = list ? `readonly ${/\W/.test(one) ? `(${one})` : one}[]` : one
  if (list && base === 'Tensor' && optional === false) type = 'readonly Tensor[]'
  if (list && fixed !== undefined) type = `${one} | ${type}`
  return optional ? `${type} | null` : type
}
const resultOf = (type) => {
  const clean = type.replace(/\(\w+!?\)/g, '').replace(/ \w+$/, '')
  if (clean === 'Tensor') return 'Tensor'
  if (clean === 'Tensor[]') return 'Tensor[]'
  if (clean === 'bool') return 'boolean'
  if (['int', 'float', 'Scalar', 'SymInt', 'ScalarType'].includes(clean)) return 'number'
  return 'unknown'
}
function results({ results }) {
  if (results.length === 0) return 'void'
  const types = results.map((r) => resultOf(r.type))
  return types.length === 1 ? types[0] : `[${types.join(', ')}]`
}
const label = (p) => RESERVED[p.name] ?? p.name
const optionsOf = (parameters) => {
  if (parameters.length === 0) return undefined
  const optional = parameters.every((p) => p.hasDefault || p.optional)
  const body = parameters
    .map((p) => `${p.name}${p.hasDefault || p.optional ? '?' : ''}: ${typeOf(p)}`)
    .join('; ')
  return `options${optional ? '?' : ''}: { ${body} }`
}

/** One or two TypeScript signatures of an overload: all in order, and the defaulted ones by name. */
function signatures(name, schema, method) {
  const parameters = method ? schema.parameters.slice(1) : schema.parameters
  const positional = parameters.filter((p) => !p.keywordOnly)
  const required = positional.findLastIndex((p) => !p.hasDefault) + 1
  const write = (list, rest) => {
    const options = optionsOf(rest)
    const mandatory =
      options && !options.startsWith('options?') ? list.length : list.findLastIndex((p) => !p.hasDefault)
    const args = list.map((p, i) => `${label(p)}${i > mandatory ? '?' : ''}: ${typeOf(p)}`)
    return `  ${name}(${[...args, ...(options ? [options] : [])].join(', ')}): ${results(schema)}`
  }
  const keyword = parameters.filter((p) => p.keywordOnly)
  const lines = [write(positional, keyword)]
  if (required < positional.length)
    lines.push(write(positional.slice(0, required), [...positional.slice(required), ...keyword]))
  return lines
}

const names = [...byName.keys()].sort()
const isMethod = (schema) =>
  schema.parameters[0]?.name === 'self' &&
  schema.parameters[0].base === 'Tensor' &&
  !schema.parameters[0].list
const opLines = []
const methodLines = []
const methods = []
for (const name of names) {
  const overloads = byName
    .get(name)
    .sort((a, b) => a.parameters.length - b.parameters.length || a.overload.localeCompare(b.overload))
  for (const schema of overloads) opLines.push(...signatures(name, schema, false))
  const own = overloads.filter(isMethod)
  if (own.length === 0 || CLASS_OWN.has(name)) continue
  methods.push(name)
  for (const schema of own) methodLines.push(...signatures(name, schema, true))
}
const unique = (lines) => [...new Set(lines)].join('\n')
const source = `// Generated by scripts/generate-ops.mjs from the schemas of libtorch ${addon.about().version}. Do not edit.
import type { Tensor } from './tensor.js'
import type { Device, DType, Layout, MemoryFormat, Scalar } from './types.js'

/** ${names.length} operators. Names, argument order and meaning are PyTorch's; arguments after \`*\` go into \`options\`. */
export interface Ops {
${unique(opLines)}
}

export interface TensorMethods {
${unique(methodLines)}
}

export const OP_NAMES: readonly string[] = ${JSON.stringify(names.join(' '))}.split(' ')
export const METHOD_NAMES: readonly string[] = ${JSON.stringify(methods.join(' '))}.split(' ')
`
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== source) {
    console.error('src/torch/ops.gen.ts is not what this libtorch gives: run node scripts/generate-ops.mjs')
    process.exit(1)
  }
} else {
  writeFileSync(target, source)
  console.log(`wrote ${names.length} operators, ${methods.length} of them methods too`)
}

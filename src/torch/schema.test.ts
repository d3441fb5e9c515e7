import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { about, hasOperator } from './index.js'
import { native } from './native.js'
import { OP_NAMES } from './ops.gen.js'
import { isCallable, parseSchema } from './schema.js'

const types = (text: string) =>
  parseSchema(text).parameters.map(
    ({ name, base, optional, list, fixed }) =>
      `${name}:${base}${list ? `[${fixed ?? ''}]` : ''}${optional ? '?' : ''}`,
  )

test('names, overloads and what comes after the star', () => {
  const schema = parseSchema('aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor')
  expect([schema.name, schema.overload]).toEqual(['aten::add', 'Tensor'])
  expect(schema.parameters.map(({ keywordOnly }) => keywordOnly)).toEqual([false, false, true])
  expect(schema.parameters.map(({ hasDefault }) => hasDefault)).toEqual([false, false, true])
  expect(parseSchema('selfsame::now() -> float')).toMatchObject({ overload: '', parameters: [] })
})

test('lists, optionals and lists of a fixed length', () => {
  expect(types('a::b(int[2] x=1, int[]? y=None, Tensor?[] z, int[1]? dim, float[4] f) -> Tensor')).toEqual([
    'x:int[2]',
    'y:int[]?',
    'z:Tensor[]',
    'dim:int[1]?',
    'f:float[4]',
  ])
  expect(types('a::b(ScalarType? dtype=None, SymInt[] size) -> Tensor')).toEqual([
    'dtype:ScalarType?',
    'size:SymInt[]',
  ])
})

test('marks of aliases: only an exclamation mark means written', () => {
  const inPlace = parseSchema('aten::add_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)')
  expect(inPlace.parameters.map(({ written }) => written)).toEqual(['a!', undefined])
  expect(inPlace.results).toEqual([{ type: 'Tensor(a!)', written: 'a!' }])
  const view = parseSchema('aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]')
  expect(view.parameters[0]).toMatchObject({ base: 'Tensor', written: undefined, list: false })
  expect(view.results).toEqual([{ type: 'Tensor(a)[]', written: undefined }])
  const list = parseSchema('aten::_foreach_add_.List(Tensor(a!)[] self, Tensor[] other) -> ()')
  expect(list.parameters[0]).toMatchObject({ list: true, written: 'a!' })
  expect(list.results).toEqual([])
})

test('defaults with commas, brackets and quotes', () => {
  const text =
    'a::b(str mode="x, (y", int[2] pad=[0, 0], float p=-1.5, str? s=None, *, bool f=False) -> (Tensor a, int b)'
  const schema = parseSchema(text)
  expect(schema.parameters.map(({ name }) => name)).toEqual(['mode', 'pad', 'p', 's', 'f'])
  expect(schema.parameters.every(({ hasDefault }) => hasDefault)).toBe(true)
  expect(schema.results.map(({ type }) => type)).toEqual(['Tensor a', 'int b'])
  // quotes inside of quotes, as libtorch prints them
  expect(types(String.raw`a::b(str a="\"\'\\", str b="\", c=") -> Tensor`)).toEqual(['a:str', 'b:str'])
})

test('variants that write into out tensors or name dimensions are not callable', () => {
  const callable = (text: string) => isCallable(parseSchema(text))
  expect(callable('aten::add.out(Tensor self, Tensor other, *, Tensor(a!) out) -> Tensor(a!)')).toBe(false)
  expect(callable('aten::sum.dim_DimnameList(Tensor self, str[1] dim) -> Tensor')).toBe(false)
  expect(callable('aten::add_(Tensor(a!) self, Tensor other) -> Tensor(a!)')).toBe(true)
})

test('text that is no schema is refused', () => {
  for (const text of ['', 'aten::add', 'aten::add(Tensor self)', 'aten::add(self) -> Tensor']) {
    expect(() => parseSchema(text), text).toThrow(/^not an operator/)
  }
})

test('every operator of the running library is understood', () => {
  const texts = native()
    .schemas()
    .filter((text) => text.startsWith('aten::'))
  expect(texts.length).toBeGreaterThan(1500)
  for (const text of texts) {
    const { name, overload, parameters } = parseSchema(text)
    expect(text.startsWith(`${name}${overload && `.${overload}`}(`), text).toBe(true)
    // each default is written with one equals sign
    expect(parameters.filter(({ hasDefault }) => hasDefault).length, text).toBe(text.split('=').length - 1)
  }
})

const root = fileURLToPath(new URL('../../', import.meta.url))
const generatedFor = /libtorch (\S+)\. Do not/.exec(
  readFileSync(new URL('ops.gen.ts', import.meta.url), 'utf8'),
)?.[1]
const sameLibrary = about().version === generatedFor

test.skipIf(!sameLibrary)(`the typed operators exist (skipped unless libtorch is ${generatedFor})`, () => {
  expect(OP_NAMES.length).toBeGreaterThan(900)
  expect(OP_NAMES.filter((name) => !hasOperator(`aten::${name}`))).toEqual([])
})

test.skipIf(!sameLibrary || !existsSync(`${root}dist/torch/schema.js`))(
  'ops.gen.ts is what the library gives',
  () => {
    execFileSync(process.execPath, [`${root}scripts/generate-ops.mjs`, '--check'], { cwd: root })
  },
)

/** What to write where a setting comes in forms and what was given belongs to another, or is half of one. */
import { UsageError } from '../errors.js'
import type { Method } from './method.js'
import { METHODS } from './methods/index.js'
import type { DataFacts } from './presets.js'
import { FORMS, type Settings } from './settings-schema.js'

type Values = Record<string, unknown>
type Kind = keyof typeof FORMS

/** @throws UsageError that names a method which has the form, with all that has to be written */
export function checkForms(
  merged: Settings,
  given: Partial<Record<Kind, unknown>>,
  method: Method,
  data: DataFacts,
): void {
  for (const kind of Object.keys(FORMS) as Kind[]) {
    const own = given[kind]
    if (typeof own === 'object' && own !== null) checkForm(kind, merged[kind], own as Values, method, data)
  }
}

function checkForm(kind: Kind, merged: Values, given: Values, method: Method, data: DataFacts): void {
  const { key } = FORMS[kind]
  const shape = shapesOf(kind).find((one) => one.form === merged[key])
  if (!shape) return
  const foreign = Object.keys(given).find((name) => !shape.keys.includes(name))
  const missing = shape.needed.find((name) => merged[name] === undefined)
  const elsewhere =
    foreign !== undefined && given[key] === undefined
      ? shapesOf(kind).find(({ keys }) => Object.keys(given).every((name) => keys.includes(name)))
      : undefined
  const wanted = elsewhere ?? (missing === undefined ? undefined : shape)
  const example = wanted && exampleOf(kind, wanted.form, method, data)
  if (!wanted || !example) return
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => wanted.keys.includes(name)))
  const full = JSON.stringify({ ...example.values, ...own })
  const problem = elsewhere
    ? `'${kind}' has no key '${foreign}' where its ${key} is '${shape.form}', as with ${method.name}`
    : `the setting '${kind}.${missing}' is missing`
  throw new UsageError(`${problem}: write all of it, as ${example.name} has it: ${kind}: ${full}`)
}

/** The forms of a setting: their names, and their keys. */
function shapesOf(kind: Kind) {
  const { key, schema } = FORMS[kind]
  return schema.options.map(({ shape }) => {
    const fields = Object.entries(shape as Record<string, { isOptional(): boolean; value?: unknown }>)
    return {
      form: String(fields.find(([name]) => name === key)?.[1].value),
      keys: fields.map(([name]) => name),
      needed: fields.filter(([, field]) => !field.isOptional()).map(([name]) => name),
    }
  })
}

/** The built-in method most like this one that has the form, by itself or in one of its presets. */
function exampleOf(kind: Kind, form: string, method: Method, data: DataFacts) {
  const { key } = FORMS[kind]
  const likest = Object.values(METHODS).sort((a, b) => alike(b, method) - alike(a, method))
  for (const { name, target, presets } of likest) {
    const recipes = Object.values(presets).map(({ recipe }) => recipe(data)[kind])
    const values = [...(kind === 'target' ? [target] : []), ...recipes].find(
      (one) => one && (one as Values)[key] === form,
    )
    if (values) return { name, values: values as Values }
  }
  return undefined
}

/** How many choices two methods share. */
function alike(a: Method, b: Method): number {
  const choices = ['name', 'views', 'extract', 'projector', 'predictor', 'similarity'] as const
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
  return choices.filter((choice) => same(a[choice], b[choice])).length + Number(a.loss.name === b.loss.name)
}

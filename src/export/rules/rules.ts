/** Every operator that can be exported, each with its rule. */
import { SelfsameError } from '../../errors.js'
import { setting } from '../../setting.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Call } from '../trace/program.js'
import type { Rule, Rules } from './arguments.js'
import { CODES } from './codes.js'
import { ELEMENTWISE } from './elementwise.js'
import { NORMS, OWN_NORMS } from './norms.js'
import { OWN_POOLING, POOLING } from './pooling.js'
import { OWN_PRODUCTS, PRODUCTS } from './products.js'
import { REDUCTIONS } from './reduce.js'
import { SHAPES } from './shapes.js'

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...of('aten', ELEMENTWISE, SHAPES, PRODUCTS, REDUCTIONS, NORMS, POOLING),
  ...of('selfsame', OWN_PRODUCTS, OWN_NORMS, OWN_POOLING, CODES),
])

function of(library: string, ...families: Rules[]): [string, Rule][] {
  return families.flatMap((family) =>
    Object.entries(family).map(([name, rule]): [string, Rule] => [`${library}::${name}`, rule]),
  )
}

/**
 * A call as nodes of the graph.
 * @throws SelfsameError for an operator that has no rule, by its name
 */
export function lower(call: Call, graph: GraphBuilder): void {
  const rule = RULES.get(call.name)
  if (!rule)
    throw new SelfsameError(
      `the encoder calls ${call.name}, which cannot be exported to ONNX: write that part of it with other operators, or export its weights alone, ${setting('format', 'safetensors')}`,
    )
  graph.from = call.name
  const names = [rule(call, graph)].flat()
  for (const [i, { id }] of call.results.entries()) graph.call(id, names[i] as string)
}

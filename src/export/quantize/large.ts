/** Which weights are worth being stored in fewer bits. */
import type { Draft, Node } from '../graph/builder.js'
import { wiring } from '../graph/tidy.js'

/** Below so many numbers there is nothing to gain. */
const LEAST = 1024
/** Where the smallest difference becomes a large one. */
const STEPS = ['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal']

/** Whether a graph compares numbers, so that rounding alone may decide what comes out. */
export function hasSteps(nodes: readonly Node[]): boolean {
  return nodes.some(({ operator }) => STEPS.includes(operator))
}

/** What decides a comparison: rounded, it would be decided otherwise for many places of a picture. */
export function beforeSteps(nodes: readonly Node[]): Set<Node> {
  const { makers } = wiring(nodes)
  const found = new Set<Node>()
  const visit = (node: Node | undefined) => {
    if (!node || found.has(node)) return
    found.add(node)
    for (const input of node.inputs) visit(makers.get(input))
  }
  for (const node of nodes) if (STEPS.includes(node.operator)) visit(node)
  return found
}

/** Names of the float32 constants with many numbers that decide no comparison. */
export function largeConstants({ nodes, constants }: Draft): Set<string> {
  const exact = new Set([...beforeSteps(nodes)].flatMap(({ inputs }) => inputs))
  return new Set(
    [...constants].flatMap(([name, { type, data }]) =>
      type === 'float32' && data.length / 4 >= LEAST && !exact.has(name) ? [name] : [],
    ),
  )
}

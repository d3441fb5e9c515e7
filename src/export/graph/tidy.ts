/** A graph without what is there twice, or for nothing. */
import { createHash } from 'node:crypto'
import type { Draft, Node } from './builder.js'

/** Nodes that compute the same of the same are one. */
export function withoutTwins({ nodes, constants }: Draft, outputs: readonly string[]): Draft {
  const names = new Map<string, string>()
  const known = new Map<string, Node>()
  const own = new Set(outputs)
  const kept: Node[] = []
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => names.get(input) ?? input)
    const key = JSON.stringify([node.operator, inputs, node.attributes])
    const twin = known.get(key)
    if (twin && !node.outputs.some((output) => own.has(output))) {
      for (const [i, output] of node.outputs.entries()) names.set(output, twin.outputs[i] as string)
      continue
    }
    const one = { ...node, inputs }
    known.set(key, one)
    kept.push(one)
  }
  return { nodes: kept, constants }
}

/** What no output needs is left out. */
export function withoutDead({ nodes, constants }: Draft, outputs: readonly string[]): Draft {
  const needed = new Set(outputs)
  const kept = nodes.reduceRight<Node[]>((later, node) => {
    if (!node.outputs.some((output) => needed.has(output))) return later
    for (const input of node.inputs) needed.add(input)
    later.push(node)
    return later
  }, [])
  return {
    nodes: kept.reverse(),
    constants: new Map([...constants].filter(([name]) => needed.has(name))),
  }
}

/** Constants of equal content are stored once. */
export function withoutCopies({ nodes, constants }: Draft): Draft {
  const names = new Map<string, string>()
  const firsts = new Map<string, string>()
  for (const [name, { type, shape, data }] of constants) {
    const digest = createHash('sha256').update(`${type}[${shape}]`).update(data).digest('hex')
    const first = firsts.get(digest) ?? name
    firsts.set(digest, first)
    names.set(name, first)
  }
  return {
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map((one) => names.get(one) ?? one) })),
    constants: new Map([...constants].filter(([name]) => names.get(name) === name)),
  }
}

/** How often each name is an input, and which node gives it. */
export function wiring(nodes: readonly Node[]): { uses: Map<string, number>; makers: Map<string, Node> } {
  const uses = new Map<string, number>()
  const makers = new Map<string, Node>()
  for (const node of nodes) {
    for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1)
    for (const output of node.outputs) makers.set(output, node)
  }
  return { uses, makers }
}

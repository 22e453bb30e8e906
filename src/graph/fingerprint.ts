import type { Graph } from './graph.js'
import { topologicalOrder } from './graph.js'
import type { Node } from './node.js'

/**
 * A text that is equal for graphs of equal structure: same operations, attributes, wiring, shapes and dtypes,
 * whatever the values of their inputs. `isLeaf` nodes count as inputs. `known` numbers nodes that come first.
 */
export function fingerprint(
  roots: readonly Node[],
  isLeaf: (node: Node) => boolean,
  known: readonly Node[] = [],
): string {
  const numbers = new Map<Node, number>()
  const parts: string[] = []
  for (const node of known) {
    numbers.set(node, numbers.size)
    parts.push(typeKey(node))
  }
  for (const node of topologicalOrder(roots, isLeaf)) {
    if (numbers.has(node)) continue
    numbers.set(node, numbers.size)
    if (isLeaf(node)) {
      parts.push(typeKey(node))
    } else {
      let wiring = node.op
      for (const input of node.inputs) wiring += ` ${numbers.get(input)}`
      parts.push(wiring + attributesKey(node))
    }
  }
  parts.push(roots.map((root) => numbers.get(root)).join(' '))
  return parts.join(';')
}

const typeKey = (node: Node): string => `${node.dtype}[${node.shape}]`

const keys = new WeakMap<object, string>()

/** The attributes as text; a scalar that is not a number JSON knows (NaN, ±Infinity, −0) keeps its name. */
export function attributesKey(node: Node): string {
  const attributes: object = node.attributes
  let key = keys.get(attributes)
  if (key === undefined) {
    key = serialize(attributes)
    keys.set(attributes, key)
  }
  return key
}

function serialize(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(serialize).join(',')}]`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (isGraph(value)) return `{${fingerprint(value.outputs, () => false, value.inputs)}}`
  // A hand-written gradient does not change what is computed.
  if (typeof value === 'function' || value === undefined) return ''
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    return entries.length === 0 ? '' : `{${entries.map(([name, part]) => `${name}:${serialize(part)}`).join(',')}}`
  }
  return String(value)
}

const isGraph = (value: unknown): value is Graph => typeof value === 'object' && value !== null && 'outputs' in value

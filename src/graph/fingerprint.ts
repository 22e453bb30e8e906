import { type Graph, topologicalOrder } from './graph.js'
import { isOp, type Node } from './node.js'

/**
 * A text that is equal for graphs of equal structure: same operations, attributes, wiring, shapes and dtypes,
 * whatever the values of their inputs. `isLeaf` nodes count as inputs. `known` numbers nodes that come first.
 */
export function fingerprint(
  roots: readonly Node[],
  isLeaf: (node: Node) => boolean,
  known: readonly Node[] = [],
): string {
  const parts: string[] = []
  const given = new Map<Node, number>()
  for (const node of known) {
    given.set(node, given.size)
    parts.push(typeKey(node))
  }
  const order = topologicalOrder(roots, isLeaf)
  // Texts of inner graphs are made by walks of their own, which come first: should one meet these nodes, it takes their places away.
  let isDisturbed = false
  for (const node of order) {
    if (!withGraphs.has(node.op) || isLeaf(node)) continue
    attributesKey(node)
    isDisturbed = true
  }
  if (isDisturbed) for (let i = 0; i < order.length; i++) order[i].place = i
  const numberOf = (node: Node): number => given.get(node) ?? given.size + node.place
  for (const node of order) {
    if (given.has(node)) continue
    if (isLeaf(node)) {
      parts.push(typeKey(node))
    } else {
      let wiring: string = node.op
      for (const input of node.inputs) wiring += ` ${numberOf(input)}`
      parts.push(wiring + attributesKey(node))
    }
  }
  let ends = ''
  for (const root of roots) ends += ` ${numberOf(root)}`
  parts.push(ends)
  return parts.join(';')
}

const typeKey = (node: Node): string => `${node.dtype}[${node.shape}]`

const withGraphs: ReadonlySet<string> = new Set(['scan', 'whileLoop', 'cond', 'call'])

/** The attributes as text; a scalar that is not a number JSON knows (NaN, ±Infinity, −0) keeps its name. */
export function attributesKey(node: Node): string {
  if (isOp(node, 'constant')) return `{${node.dtype}[${node.shape}],${numberKey(node.attributes.value)}}`
  if (isOp(node, 'expand') || isOp(node, 'reshape')) return `[${node.shape}]`
  return withGraphs.has(node.op) ? innerKey(node.attributes) : serialize(node.attributes)
}

const numberKey = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** How many texts of inner graphs are kept. */
const KEPT_TEXTS = 1000
const numbersOfTexts = new Map<string, number>()
let numbered = 0
const keys = new WeakMap<object, string>()

/** A number for attributes with graphs in them, whose text is long; equal graphs have the same one, at least for some time. */
function innerKey(attributes: object): string {
  let key = keys.get(attributes)
  if (key === undefined) {
    const text = serialize(attributes)
    const number = numbersOfTexts.get(text) ?? numbered++
    if (numbersOfTexts.size >= KEPT_TEXTS) numbersOfTexts.clear()
    numbersOfTexts.set(text, number)
    key = `#${number}`
    keys.set(attributes, key)
  }
  return key
}

function serialize(value: unknown): string {
  if (typeof value === 'number') return numberKey(value)
  // A hand-written gradient does not change what is computed.
  if (typeof value === 'function' || value === undefined) return ''
  if (typeof value !== 'object' || value === null) return String(value)
  let text = ''
  if (Array.isArray(value)) {
    for (const part of value) text += `${serialize(part)},`
    return `[${text}]`
  }
  if (isGraph(value)) return `{${fingerprint(value.outputs, () => false, value.inputs)}}`
  for (const name in value) text += `${name}:${serialize((value as Readonly<Record<string, unknown>>)[name])},`
  return text === '' ? '' : `{${text}}`
}

const isGraph = (value: unknown): value is Graph => typeof value === 'object' && value !== null && 'outputs' in value

import type { Node } from '../../graph/node.js'
import type { Primitive } from '../../graph/primitives.js'

/** What only prepares numbers for others. */
const silent: ReadonlySet<Primitive> = new Set([
  'constant',
  'input',
  'iota',
  'expand',
  'cast',
  'result',
  'stopGradient',
])
/** What is worth a name where nothing else is. */
const quiet: ReadonlySet<Primitive> = new Set(['reshape', 'permute', 'slice', 'pad'])

const names: { readonly [op in Primitive]?: string } = {
  dot: 'matmul',
  conv: 'convolution',
  maxPool: 'max pool',
  sumPool: 'sum pool',
  permute: 'transpose',
  reduceSum: 'sum',
  reduceProd: 'product',
  reduceMax: 'max over axis',
  reduceMin: 'min over axis',
}

/** Functions by primitives that together mean them, all of which they stand for. */
const functions: readonly (readonly [name: string, needs: readonly Primitive[], covers: readonly Primitive[]])[] = [
  ['softmax', ['exp', 'reduceMax', 'reduceSum'], ['exp', 'reduceMax', 'reduceSum', 'sub', 'reciprocal', 'div', 'mul']],
  ['gelu', ['erf'], ['erf', 'mul', 'add']],
  ['relu', ['lessEqual', 'where'], ['lessEqual', 'where']],
]

const LISTED = 4

/** What operations are called in a drawing: `add, relu`; of many the first and how many more. */
export function operationNames(nodes: readonly Node[]): string {
  const ops = new Set(nodes.map(({ op }) => op))
  const found = functions.filter(([, needs]) => needs.every((op) => ops.has(op)))
  const loud = nodes.some(({ op }) => !silent.has(op) && !quiet.has(op))
  const listed = new Set<string>()
  for (const { op } of nodes) {
    if (silent.has(op) || (loud && quiet.has(op))) continue
    listed.add(found.find(([, , covers]) => covers.includes(op))?.[0] ?? names[op] ?? op)
  }
  if (listed.size === 0) return nodes.at(-1)?.op ?? ''
  const more = listed.size - LISTED
  return more > 1 ? `${[...listed].slice(0, LISTED).join(', ')} … ${more} more` : [...listed].join(', ')
}

import { expand, reshape } from '../../graph/build.js'
import { type Graph, topologicalOrder } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { inline } from '../../transform/substitute.js'
import { replaceSources } from '../passes/inner.js'
import { type Carry, type Loop, loopOf, outputsOf, run, timingsOf } from './loop.js'

/**
 * Takes out of scans what needs no loop: carries that never change or that nothing reads, and the stacking of slices, which
 * gives their sequence again, and of what is the same in every step.
 */
export function tidyScans(graph: Graph): Graph {
  const read = outputsRead(graph)
  return replaceSources(graph, (node, original) => (isOp(node, 'scan') ? tidy(node, read.get(original)) : undefined))
}

/** By node with several outputs those that are read. */
function outputsRead(graph: Graph): Map<Node, Set<number>> {
  const read = new Map<Node, Set<number>>()
  for (const node of topologicalOrder(graph.outputs)) {
    if (!isOp(node, 'result')) continue
    const [source] = node.inputs
    read.set(source, (read.get(source) ?? new Set()).add(node.attributes.index))
  }
  return read
}

function tidy(node: Node<'scan'>, read: ReadonlySet<number> | undefined): readonly Node[] | undefined {
  const whole = loopOf(node)
  const loop = withFixedCaptured(whole)
  const carries = neededCarries(
    loop,
    whole.carries.filter((_, i) => read?.has(i)),
  )
  const timings = timingsOf(loop)
  const stackOutside = (output: Node): Node | undefined => {
    const sequence = loop.sequences.find(({ inner }) => inner === output)
    if (sequence !== undefined) return sequence.value
    return timings.get(output) === 'always' ? repeated(output, loop) : undefined
  }
  const outside = loop.collected.map(stackOutside)
  const collected = loop.collected.filter((_, i) => outside[i] === undefined)
  if (carries.length === whole.carries.length && collected.length === outside.length) return undefined
  const outputs = run({ ...loop, carries, collected })
  // A carry that never changes ends as it starts, and for one that nobody reads anything of its type will do.
  const last = whole.carries.map(({ inner, value }) => {
    const place = carries.findIndex((carry) => carry.inner === inner)
    return place < 0 ? value : outputs[place]
  })
  let next = carries.length
  return [...last, ...outside.map((stack) => stack ?? outputs[next++])]
}

/** The loop in which carries that every step passes on as they are count as captured. */
function withFixedCaptured(loop: Loop): Loop {
  const isFixed = ({ inner, next }: Carry): boolean => inner === next
  if (!loop.carries.some(isFixed)) return loop
  return {
    ...loop,
    carries: loop.carries.filter((carry) => !isFixed(carry)),
    captured: [...loop.carries.filter(isFixed), ...loop.captured],
  }
}

/** The carries that are read in the end, or that one of those or what is collected depends on. */
function neededCarries(loop: Loop, read: readonly Carry[]): Carry[] {
  const among = new Set(read.map(({ inner }) => inner))
  let needed = loop.carries.filter(({ inner }) => among.has(inner))
  for (;;) {
    const seen = new Set(topologicalOrder(outputsOf({ ...loop, carries: needed })))
    const more = loop.carries.filter((carry) => needed.includes(carry) || seen.has(carry.inner))
    if (more.length === needed.length) return more
    needed = more
  }
}

/** A value that is the same in every step, stacked. */
function repeated(output: Node, { captured, length }: Loop): Node {
  const inputs = captured.map(({ inner }) => inner)
  const [value] = inline(
    { inputs, outputs: [output] },
    captured.map((binding) => binding.value),
  )
  return expand(reshape(value, [1, ...value.shape]), [length, ...value.shape])
}

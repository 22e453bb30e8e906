import { sizeOf } from '../../core/shape.js'
import * as build from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { rewrite } from '../rewrite.js'

/** A value that is zero but for one block along an axis. */
interface Block {
  readonly axis: number
  readonly start: number
  readonly value: Node
}

/**
 * Sums of blocks that lie beside each other, each padded with zeros to the whole, become a concatenation: what the
 * gradient of cutting a value into parts amounts to.
 */
export const joinBlocks = (graph: Graph): Graph => {
  /** The blocks of which sums are made, by the sum: a sum inside a larger one is looked into, not rebuilt. */
  const known = new Map<Node, readonly Block[]>()
  return rewrite(graph, (node) => {
    const blocks = blocksOf(node, known)
    if (blocks === undefined) return node
    const joined = node.op === 'add' ? concatenated(blocks, node) : node
    known.set(joined, blocks)
    return joined
  })
}

/** The blocks of a padded value or of a sum of such, ordered; undefined if they overlap or lie along different axes. */
function blocksOf(node: Node, known: ReadonlyMap<Node, readonly Block[]>): readonly Block[] | undefined {
  if (isOp(node, 'pad')) return blockOf(node)
  if (node.op !== 'add') return undefined
  const [a, b] = node.inputs.map((input) => known.get(input))
  if (a === undefined || b === undefined) return undefined
  const blocks = [...a, ...b].sort((x, y) => x.start - y.start)
  const beside = blocks.every(({ axis, start }, i) => {
    if (i === 0) return true
    const before = blocks[i - 1]
    return axis === before.axis && start >= before.start + before.value.shape[axis]
  })
  return beside ? blocks : undefined
}

function blockOf(node: Node<'pad'>): readonly Block[] | undefined {
  const { low, high, interior, value } = node.attributes
  const axes = node.shape.flatMap((_, axis) => (low[axis] !== 0 || high[axis] !== 0 ? [axis] : []))
  const isPlain = value === 0 && interior.every((n) => n === 0) && [...low, ...high].every((n) => n >= 0)
  if (!isPlain || axes.length !== 1 || sizeOf(node.inputs[0].shape) === 0) return undefined
  return [{ axis: axes[0], start: low[axes[0]], value: node.inputs[0] }]
}

function concatenated(blocks: readonly Block[], { shape, dtype }: Node): Node {
  const [{ axis }] = blocks
  const parts: Node[] = []
  let end = 0
  const fillTo = (start: number): void => {
    if (start > end)
      parts.push(
        build.fill(
          0,
          shape.map((n, i) => (i === axis ? start - end : n)),
          dtype,
        ),
      )
  }
  for (const { start, value } of blocks) {
    fillTo(start)
    parts.push(value)
    end = start + value.shape[axis]
  }
  fillTo(shape[axis])
  return build.concat(parts, axis)
}

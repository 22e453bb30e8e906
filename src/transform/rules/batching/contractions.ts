import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { WindowAttributes } from '../../../graph/primitives.js'
import { type Batchable, type BatchingContext, type BatchingRules, expanded, fold, leading, unfold } from './rule.js'

const transpose = (x: Node): Node => build.permute(x, [...x.shape.keys()].slice(0, -2).concat(x.rank - 1, x.rank - 2))

type Windows = 'maxPool' | 'maxPoolGradient' | 'maxPoolSelect' | 'sumPool'

/** Images of all examples form one batch of images. */
const windows = <P extends Windows>(node: Node<P>, inputs: readonly Batchable[], { size }: BatchingContext): Node => {
  const images = inputs.map((input) => fold(expanded(input, size), 0))
  return unfold(build.create<Windows>(node.op, images, node.attributes satisfies WindowAttributes), 0, size)
}

export const contractionBatchings = {
  /** A matrix that all examples share meets one tall or wide matrix made of theirs, and is not repeated. */
  dot: (node, inputs, context) => {
    const [a, b] = inputs
    const { size } = context
    const rows = node.rank - 2
    const columns = node.rank - 1
    if (a.batched && b.batched) return leading(node, inputs, context)
    if (a.batched) return unfold(build.dot(fold(a.value, rows), b.value), rows, size)
    if (node.shape[columns] !== 1) return unfold(build.dot(a.value, fold(b.value, columns)), columns, size)
    // Vectors lie in memory as rows already: (bᵀ·aᵀ)ᵀ moves no elements.
    const turned = build.dot(fold(transpose(b.value), rows), transpose(a.value))
    return transpose(unfold(turned, rows, size))
  },

  /**
   * Batched images join the batch of images. A batched kernel gives more output channels per group; if the images are
   * batched too, every example is a group of its own.
   */
  conv: ({ attributes, shape }, [x, kernel], { size }) => {
    const channels = shape.length - 1
    if (!kernel.batched) return unfold(build.conv(fold(x.value, 0), kernel.value, attributes), 0, size)
    if (x.batched) {
      const grouped = { ...attributes, groups: size * attributes.groups }
      return unfold(build.conv(fold(x.value, channels), fold(kernel.value, channels), grouped), channels, size)
    }
    // Output channels are ordered by group, then example, then channel of the group.
    const { groups } = attributes
    const outputs = shape[channels]
    const split = build.reshape(kernel.value, [...kernel.value.shape.slice(0, -1), groups, outputs / groups])
    const window = kernel.value.shape.slice(1, -1)
    const wide = build.reshape(fold(split, channels + 1), [...window, size * outputs])
    const y = build.conv(x.value, wide, attributes)
    const parts = build.reshape(y, [...y.shape.slice(0, -1), groups, (size * outputs) / groups])
    return build.reshape(unfold(parts, channels + 1, size), [size, ...shape])
  },

  maxPool: windows,
  maxPoolGradient: windows,
  maxPoolSelect: windows,
  sumPool: windows,
  sumPoolGradient: ({ attributes }, [g], { size }) => {
    const [images, ...rest] = attributes.shape
    return unfold(build.sumPoolGradient(fold(g.value, 0), { ...attributes, shape: [size * images, ...rest] }), 0, size)
  },
} as const satisfies BatchingRules

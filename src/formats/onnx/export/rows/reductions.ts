import { range } from '../../../../core/shape.js'
import type { Node } from '../../../../graph/node.js'
import type { Primitive } from '../../../../graph/primitives.js'
import { codeOf } from '../../file/tensors.js'
import type { Emitter } from '../emitter.js'
import { type ExportRow, plain } from './row.js'

/** The axes of a value with its channels behind the batch, by their place. */
const firstOrder = (rank: number): number[] => [0, rank - 1, ...range(rank - 2).map((i) => i + 1)]

/** The name of x with the places of axes: with the channels behind the batch where the axes that remain are in the same order there. */
function source(x: Node, axes: readonly number[], emitter: Emitter): { name: string; axes: number[] } {
  if (emitter.isFirst(x)) {
    const order = firstOrder(x.rank)
    const remaining = order.filter((axis) => !axes.includes(axis))
    if (remaining.every((axis, i) => i === 0 || remaining[i - 1] < axis)) {
      return { name: emitter.first(x), axes: axes.map((axis) => order.indexOf(axis)).sort((a, b) => a - b) }
    }
  }
  return { name: emitter.plain(x), axes: [...axes] }
}

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'

const reduction = <P extends Reduction>(operator: string): ExportRow<P> =>
  plain((node, emitter) => {
    const [x] = node.inputs
    const { name, axes } = source(x, node.attributes.axes, emitter)
    const isNarrow = x.dtype === 'bool' || x.dtype === 'uint8'
    const given = isNarrow ? emitter.emit('Cast', [name], { to: codeOf.int32 }) : name
    const reduced = emitter.emit(operator, [given, emitter.ints(axes)], { keepdims: 0 }, node)
    return isNarrow ? emitter.emit('Cast', [reduced], { to: codeOf[x.dtype] }) : reduced
  })

const extremeIndex = <P extends 'argMax' | 'argMin'>(operator: string): ExportRow<P> =>
  plain((node, emitter) => {
    const [x] = node.inputs
    const { name, axes } = source(x, [node.attributes.axis], emitter)
    const given = x.dtype === 'bool' || x.dtype === 'uint8' ? emitter.emit('Cast', [name], { to: codeOf.int32 }) : name
    const index = emitter.emit(operator, [given], { axis: axes[0], keepdims: 0 }, node)
    return emitter.emit('Cast', [index], { to: codeOf.int32 })
  })

export const reductionRows = {
  reduceSum: reduction('ReduceSum'),
  reduceProd: reduction('ReduceProd'),
  reduceMax: reduction('ReduceMax'),
  reduceMin: reduction('ReduceMin'),
  argMax: extremeIndex('ArgMax'),
  argMin: extremeIndex('ArgMin'),
  cumSum: plain((node, emitter) => {
    const { axis, reverse } = node.attributes
    return emitter.emit(
      'CumSum',
      [emitter.plain(node.inputs[0]), emitter.ints([axis], [])],
      { reverse: Number(reverse) },
      node,
    )
  }),
  dot: plain((node, emitter) => {
    // Batches broadcast, so that what is only stretched over the batch need not be.
    const [a, b] = node.inputs.map((x) => {
      const isBatchOnly =
        x.op === 'expand' && x.inputs[0].shape.slice(-2).every((n, i) => n === x.shape[x.rank - 2 + i])
      return isBatchOnly ? x.inputs[0] : x
    })
    const isWhole = node.shape.slice(0, -2).every((n, axis) => a.shape[axis] === n || b.shape[axis] === n)
    const left = isWhole ? a : node.inputs[0]
    return emitter.emit('MatMul', [emitter.plain(left), emitter.plain(b)], {}, node)
  }),
} as const satisfies { readonly [P in Primitive]?: ExportRow<P> }

import { range } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import { isOp, Node } from '../../../graph/node.js'
import { isElementwise } from '../../../graph/scalar.js'

// Pictures of ONNX are [batch, channels, …spatial], ours [batch, …spatial, channels].

/** The order of axes that puts the channels last. */
const last = (rank: number): number[] => [0, ...range(rank - 2).map((i) => i + 2), 1]
/** The order of axes that puts the channels behind the batch. */
const first = (rank: number): number[] => [0, rank - 1, ...range(rank - 2).map((i) => i + 1)]

/** A picture with its channels behind the batch. */
export const channelsFirst = (x: Node): Node => build.permute(x, first(x.rank))

/** For each value what it is with the channels last, if it was made of such a value. */
const twins = new WeakMap<Node, Node | null>()

/** How far back a value is followed that has been made of several others. */
const FARTHEST = 64

/**
 * A picture with its channels last. Where it was calculated element by element from one that came so, the calculation is done on that
 * one instead, so that nothing is brought into another order between two convolutions.
 */
export const channelsLast = (x: Node): Node => twinOf(x, FARTHEST) ?? build.permute(x, last(x.rank))

function twinOf(x: Node, budget: number): Node | undefined {
  const known = twins.get(x)
  if (known !== undefined) return known ?? undefined
  if (budget === 0 || x.released || x.rank < 3) return undefined
  const twin = madeTwin(x, budget)
  twins.set(x, twin ?? null)
  return twin
}

function madeTwin(x: Node, budget: number): Node | undefined {
  if (isOp(x, 'permute'))
    return x.attributes.axes.every((axis, i) => axis === first(x.rank)[i]) ? x.inputs[0] : undefined
  const isJoined = isOp(x, 'concat')
  if (!isJoined && !isElementwise(x.op)) return undefined
  const found = x.inputs.map((input) => twinOf(input, budget - 1))
  if (found.every((node) => node === undefined)) return undefined
  const inputs = found.map((node, i) => node ?? moved(x.inputs[i]))
  return isJoined ? build.concat(inputs, last(x.rank).indexOf(x.attributes.axis)) : new Node(x.op, inputs, x.attributes)
}

/** In the other order, with what is stretched still stretched at the end. */
function moved(x: Node): Node {
  const axes = last(x.rank)
  if (!isOp(x, 'expand') || x.released) return build.permute(x, axes)
  return build.expand(
    moved(x.inputs[0]),
    axes.map((axis) => x.shape[axis]),
  )
}

import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { inFloat32 } from '../../operations/operand.js'
import { expectTensor, operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import { wrap } from '../../tensor/wrap.js'
import type { AllButLast, RowProblem, TargetProblem } from '../types/losses.js'
import { expectLabelled, root, squaredDistances } from './distances.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

export interface TripletOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** How much further the negative has to be; 1. */
  readonly margin?: number
}

/**
 * max(0, ‖a − p‖ − ‖a − n‖ + margin) along the last axis: an anchor, one of its kind, and one of another kind.
 * (Schroff et al., "FaceNet", 2015.)
 *
 * @throws ShapeError if the shapes differ
 * @example tripletLoss(tensor([[0, 0]]), tensor([[3, 4]]), tensor([[0, 2]])) // 4
 */
export function tripletLoss<S extends Shape, P extends Shape, N extends Shape, R extends ops.Reduction = 'mean'>(
  anchor: Tensor<S>,
  positive: Unless<TargetProblem<'tripletLoss', S, P>, Tensor<P>>,
  negative: Unless<TargetProblem<'tripletLoss', S, N>, Tensor<N>>,
  options: TripletOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('tripletLoss', options, { reduction: true, margin: true })
  const margin = expectPositive('tripletLoss', 'the margin', options.margin, 1, true)
  const each = (a: ops.Operand, p: ops.Operand, n: ops.Operand): Node => {
    const [near, far] = [p, n].map((other) => ops.norm(ops.sub(...comparable('tripletLoss', a, other)), -1))
    return ops.relu(ops.add(ops.sub(near, far), margin))
  }
  return lossOf('tripletLoss', options, each, operand(anchor), operand(positive), operand(negative)) as Loss<
    R,
    AllButLast<S>
  >
}

export interface BatchTripletOptions {
  /** How much further the negative has to be; 1. */
  readonly margin?: number
  /**
   * Which triplets of the batch count. 'hard': for each anchor the furthest of its kind and the nearest of another (Hermans et
   * al., "In defense of the triplet loss", 2017). 'semiHard': for each pair of a kind the nearest of another kind that is further
   * away than they are, else the furthest (FaceNet). 'all': all that cost something. 'hard' by default.
   */
  readonly mining?: 'hard' | 'semiHard' | 'all'
}

/**
 * The triplet loss of all vectors [batch, features] of a batch with whole-number labels [batch] of their kinds, found within
 * the batch: the mean over the triplets, pairs or anchors that there are, and 0 where there are none.
 *
 * @throws ShapeError if vectors and labels do not fit together
 * @example batchTripletLoss(tensor([[0], [2], [1]]), tensor([0, 0, 1], [3], 'int32')) // 2
 */
export function batchTripletLoss<S extends Shape, T extends Shape>(
  vectors: Tensor<S>,
  labels: Unless<RowProblem<'batchTripletLoss', S, T>, Tensor<T>>,
  options: BatchTripletOptions = {},
): Tensor<[]> {
  checkOptions('batchTripletLoss', options, { margin: true, mining: true })
  const margin = expectPositive('batchTripletLoss', 'the margin', options.margin, 1, true)
  const { mining = 'hard' } = options
  expectChoice('batchTripletLoss', 'the mining', mining, ['hard', 'semiHard', 'all'])
  const x = expectTensor('batchTripletLoss', 'the tensor of vectors', vectors)
  const y = expectTensor('batchTripletLoss', 'the tensor of labels', labels)
  expectLabelled('batchTripletLoss', x, y)
  const loss = inFloat32((x: Node) => {
    const distances = root(squaredDistances(ops.lift(x), x))
    const same = ops.equal(ops.unsqueeze(y, 1), ops.unsqueeze(y, 0))
    const pairs = ops.logicalAnd(same, ops.logicalNot(ops.cast(ops.eye(x.shape[0]), 'bool')))
    return minings[mining]({ distances, pairs, others: ops.logicalNot(same), margin })
  })
  return wrap(loss(x))
}

/** Distances [n, n], and which two are different ones of a kind, or of different kinds. */
interface Batch {
  readonly distances: Node
  readonly pairs: Node
  readonly others: Node
  readonly margin: number
}

const minings: { readonly [M in NonNullable<BatchTripletOptions['mining']>]: (batch: Batch) => Node } = {
  hard: ({ distances, pairs, others, margin }) => {
    const furthest = ops.max(ops.where(pairs, distances, -Infinity), 1)
    const nearest = ops.min(ops.where(others, distances, Infinity), 1)
    const counts = ops.logicalAnd(ops.any(pairs, 1), ops.any(others, 1))
    return meanOf(counts, shortfall(counts, furthest, nearest, margin))
  },
  semiHard: ({ distances, pairs, others, margin }) => {
    // [anchor, positive, negative]
    const toPositive = ops.unsqueeze(distances, 2)
    const toNegative = ops.unsqueeze(distances, 1)
    const further = ops.logicalAnd(ops.unsqueeze(others, 1), ops.greater(toNegative, toPositive))
    const nearest = ops.min(ops.where(further, toNegative, Infinity), 2)
    const furthest = ops.max(ops.where(others, distances, -Infinity), 1, { keepDims: true })
    const chosen = ops.where(ops.any(further, 2), nearest, furthest)
    const counts = ops.logicalAnd(pairs, ops.any(others, 1, { keepDims: true }))
    return meanOf(counts, shortfall(counts, distances, chosen, margin))
  },
  all: ({ distances, pairs, others, margin }) => {
    const valid = ops.logicalAnd(ops.unsqueeze(pairs, 2), ops.unsqueeze(others, 1))
    const costs = shortfall(valid, ops.unsqueeze(distances, 2), ops.unsqueeze(distances, 1), margin)
    return meanOf(ops.greater(costs, 0), costs)
  },
}

/** max(0, near − far + margin) where it counts, with nothing infinite elsewhere. */
const shortfall = (counts: Node, near: Node, far: Node, margin: number): Node =>
  ops.relu(ops.add(ops.sub(ops.where(counts, near, 0), ops.where(counts, far, margin)), margin))

/** The mean of those that count. */
const meanOf = (counts: Node, costs: Node): Node =>
  ops.div(ops.sum(ops.where(counts, costs, 0)), ops.maximum(ops.sum(ops.cast(counts, costs.dtype)), 1))

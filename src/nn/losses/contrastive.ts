import { expectNumber } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { inFloat32 } from '../../operations/operand.js'
import { expectTensor, operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import { wrap } from '../../tensor/wrap.js'
import type { AllButLast, RowProblem, TargetProblem } from '../types/losses.js'
import { expectVectors, unit } from './distances.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

export interface ContrastiveOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** The distance at which different ones cost nothing any more; 1. */
  readonly margin?: number
}

/**
 * ½ s d² + ½ (1 − s) max(0, margin − d)² with d = ‖x − y‖ along the last axis, where s is 1 for two that are alike, else 0: [...].
 * (Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping", 2006.)
 *
 * @throws ShapeError if the shapes do not fit
 * @example contrastiveLoss(tensor([[0, 0]]), tensor([[3, 4]]), tensor([1])) // 12.5
 */
export function contrastiveLoss<S extends Shape, Y extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  x: Tensor<S>,
  y: Unless<TargetProblem<'contrastiveLoss', S, Y>, Tensor<Y>>,
  same: Unless<RowProblem<'contrastiveLoss', S, T>, Tensor<T>>,
  options: ContrastiveOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('contrastiveLoss', options, { reduction: true, margin: true })
  const margin = expectPositive('contrastiveLoss', 'the margin', options.margin, 1)
  const each = (x: ops.Operand, y: ops.Operand, same: ops.Operand): Node => {
    const distance = ops.norm(ops.sub(...comparable('contrastiveLoss', x, y)), -1)
    const [d, s] = comparable('contrastiveLoss', distance, same)
    const apart = ops.square(ops.relu(ops.sub(margin, d)))
    return ops.mul(ops.add(ops.mul(s, ops.square(d)), ops.mul(ops.sub(1, s), apart)), 0.5)
  }
  return lossOf('contrastiveLoss', options, each, operand(x), operand(y), operand(same)) as Loss<R, AllButLast<S>>
}

export interface CosineEmbeddingOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** The cosine below which different ones cost nothing; 0. */
  readonly margin?: number
}

/**
 * 1 − cos(x, y) along the last axis where the target is 1, max(0, cos(x, y) − margin) where it is −1.
 *
 * @throws ShapeError if the shapes do not fit
 * @example cosineEmbedding(tensor([[0, 2]]), tensor([[1, 0]]), tensor([1])) // 1
 */
export function cosineEmbedding<S extends Shape, Y extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  x: Tensor<S>,
  y: Unless<TargetProblem<'cosineEmbedding', S, Y>, Tensor<Y>>,
  targets: Unless<RowProblem<'cosineEmbedding', S, T>, Tensor<T>>,
  options: CosineEmbeddingOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('cosineEmbedding', options, { reduction: true, margin: true })
  const { margin = 0 } = options
  expectNumber('cosineEmbedding', 'the margin', margin)
  const each = (x: ops.Operand, y: ops.Operand, targets: ops.Operand): Node => {
    const [a, b] = comparable('cosineEmbedding', x, y)
    const cosine = ops.sum(ops.mul(unit(a), unit(b)), -1)
    const [c, t] = comparable('cosineEmbedding', cosine, targets)
    return ops.where(ops.greater(t, 0), ops.sub(1, c), ops.relu(ops.sub(c, margin)))
  }
  return lossOf('cosineEmbedding', options, each, operand(x), operand(y), operand(targets)) as Loss<R, AllButLast<S>>
}

export interface TemperatureOptions {
  /** Cosines are divided by it. */
  readonly temperature?: number
}

export interface InfoNceOptions extends TemperatureOptions {
  /** 0.07 */
  readonly temperature?: number
  /** Whether keys look for their queries, too, as in CLIP; false. */
  readonly symmetric?: boolean
}

/**
 * The cross entropy of finding, among all keys of the batch, the one that belongs to each query, by cosines over a temperature:
 * queries and keys [batch, features], in pairs.
 * (van den Oord et al., "Representation learning with contrastive predictive coding", 2018; Radford et al., "CLIP", 2021.)
 *
 * @throws ShapeError if the shapes do not fit
 * @example infoNce(tensor([[1, 0], [0, 1]]), tensor([[1, 0], [0, 1]]), { temperature: 1 }) // log(1 + 1 / e)
 */
export function infoNce<S extends Shape, T extends Shape>(
  queries: Tensor<S>,
  keys: Unless<TargetProblem<'infoNce', S, T>, Tensor<T>>,
  options: InfoNceOptions = {},
): Tensor<[]> {
  checkOptions('infoNce', options, { temperature: true, symmetric: true })
  const temperature = expectPositive('infoNce', 'the temperature', options.temperature, 0.07)
  const loss = (q: Node, k: Node): Node => {
    expectPairs('infoNce', q, k)
    const logits = ops.div(ops.matmul(unit(q), ops.transpose(unit(k))), temperature)
    const labels = ops.arange(q.shape[0])
    const found = ops.crossEntropy(logits, labels)
    if (options.symmetric !== true) return found
    return ops.mul(ops.add(found, ops.crossEntropy(ops.transpose(logits), labels)), 0.5)
  }
  return wrap(inFloat32(loss)(expectTensor('infoNce', 'queries', queries), expectTensor('infoNce', 'keys', keys)))
}

/**
 * The loss of SimCLR for two views [batch, features] of each example: each of the 2 · batch vectors has to find its other view among
 * all others, by cosines over a temperature of 0.5.
 * (Chen et al., "A simple framework for contrastive learning of visual representations", 2020.)
 *
 * @throws ShapeError if the shapes do not fit
 * @example ntXent(tensor([[1, 0], [0, 1]]), tensor([[1, 0], [0, 1]]), { temperature: 1 }) // log(1 + 2 / e)
 */
export function ntXent<S extends Shape, T extends Shape>(
  x: Tensor<S>,
  y: Unless<TargetProblem<'ntXent', S, T>, Tensor<T>>,
  options: TemperatureOptions = {},
): Tensor<[]> {
  checkOptions('ntXent', options, { temperature: true })
  const temperature = expectPositive('ntXent', 'the temperature', options.temperature, 0.5)
  const loss = (x: Node, y: Node): Node => {
    expectPairs('ntXent', x, y)
    const n = x.shape[0]
    const all = unit(ops.concat([x, y]))
    const itself = ops.cast(ops.eye(2 * n), 'bool')
    const logits = ops.where(itself, -Infinity, ops.div(ops.matmul(all, ops.transpose(all)), temperature))
    return ops.crossEntropy(logits, ops.roll(ops.arange(2 * n), n))
  }
  return wrap(
    inFloat32(loss)(expectTensor('ntXent', 'the first view', x), expectTensor('ntXent', 'the second view', y)),
  )
}

function expectPairs(operation: string, x: Node, y: Node): void {
  expectVectors(operation, x, y)
  if (x.shape[0] === y.shape[0] && x.shape[0] > 0) return
  failShape(
    operation,
    `vectors ${formatShape(x.shape)} and ${formatShape(y.shape)} are no pairs`,
    'Give as many of one as of the other, and at least one.',
  )
}

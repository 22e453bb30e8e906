import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import type { AllButLast, RowProblem } from '../types/losses.js'
import type { Last } from '../types/sizes.js'
import { expectLabelled, root, unit } from './distances.js'
import { checkLabels } from './labels.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

export interface ArcFaceOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** The angle that the right class is held to be further away, in radians; 0.5. */
  readonly margin?: number
  /** What cosines are multiplied by; 64. */
  readonly scale?: number
}

/**
 * The cross entropy of scale · cos(θ + margin) for the right class and scale · cos θ for the others, where θ is the angle between a
 * vector and the centre of a class: vectors [batch, features], centres [features, classes] (the weight of a linear layer), whole-number
 * labels [batch]. Where θ + margin is beyond π, cos θ − margin · sin margin goes on instead.
 * (Deng et al., "ArcFace: additive angular margin loss for deep face recognition", 2019.)
 *
 * @throws ShapeError if the shapes do not fit
 * @example arcFace(ones([4, 8]), ones([8, 3]), zeros([4], 'int32')) // [4, 8], [8, 3] and int32 [4] → []
 */
export function arcFace<S extends Shape, Classes extends number, T extends Shape, R extends ops.Reduction = 'mean'>(
  vectors: Tensor<S>,
  centres: Tensor<[Last<NoInfer<S>>, Classes]>,
  labels: Unless<RowProblem<'arcFace', S, T>, Tensor<T>>,
  options: ArcFaceOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('arcFace', options, { reduction: true, margin: true, scale: true })
  const margin = expectPositive('arcFace', 'the margin', options.margin, 0.5, true)
  const scale = expectPositive('arcFace', 'the scale', options.scale, 64)
  const x = expectTensor('arcFace', 'the tensor of vectors', vectors)
  const w = expectTensor('arcFace', 'the tensor of centres', centres)
  const y = expectTensor('arcFace', 'the tensor of labels', labels)
  expectLabelled('arcFace', x, y)
  if (w.rank !== 2 || w.shape[0] !== x.shape[1]) {
    failShape(
      'arcFace',
      `vectors ${formatShape(x.shape)} and centres ${formatShape(w.shape)} do not fit`,
      'Centres are [features, classes].',
    )
  }
  checkLabels('arcFace', y, w.shape[1])
  const each = (x: Node, w: Node): Node => {
    const cosine = ops.clip(ops.matmul(unit(x), ops.transpose(unit(ops.transpose(w)))), -1, 1)
    const sine = root(ops.sub(1, ops.square(cosine)))
    const moved = ops.sub(ops.mul(cosine, Math.cos(margin)), ops.mul(sine, Math.sin(margin)))
    const beyond = ops.sub(cosine, margin * Math.sin(margin))
    const right = ops.where(ops.greater(cosine, Math.cos(Math.PI - margin)), moved, beyond)
    const isRight = ops.equal(ops.unsqueeze(y, 1), ops.arange(w.shape[1]))
    return ops.crossEntropy(ops.mul(ops.where(isRight, right, cosine), scale), y, { reduction: 'none' })
  }
  return lossOf('arcFace', options, each, x, w) as Loss<R, AllButLast<S>>
}

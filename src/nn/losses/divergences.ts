import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { build, type Node } from '../../graph/index.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { like } from '../../operations/operand.js'
import { operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import type { AllButLast, TargetProblem } from '../types/losses.js'
import { type Loss, type LossOptions, lossOf } from './reduction.js'

/**
 * Σ p (log p − log q) over the last axis, for logarithms of probabilities log q, such as logSoftmax gives, and probabilities p;
 * where p is 0 nothing is added. The mean is over distributions (PyTorch: 'batchmean').
 *
 * @throws ShapeError if the shapes differ or are scalars
 * @example klDivergence(tensor([0.5, 0.5]).log(), tensor([1, 0])) // log 2
 */
export function klDivergence<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  logarithms: Tensor<S>,
  probabilities: Unless<TargetProblem<'klDivergence', S, T>, Tensor<T>>,
  options: LossOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('klDivergence', options, { reduction: true })
  const each = (q: ops.Operand, p: ops.Operand): Node => {
    expectRows('klDivergence', q)
    return ops.klDivergence(...comparable('klDivergence', q, p), { reduction: 'none' })
  }
  return lossOf('klDivergence', options, each, operand(logarithms), operand(probabilities)) as Loss<R, AllButLast<S>>
}

/**
 * ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = ½ (p + q) over the last axis, for probabilities p and q: symmetric, and log 2 at most.
 * (Lin, "Divergence measures based on the Shannon entropy", 1991.)
 *
 * @throws ShapeError if the shapes differ or are scalars
 * @example jensenShannon(tensor([0, 1]), tensor([1, 0])) // log 2
 */
export function jensenShannon<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  p: Tensor<S>,
  q: Unless<TargetProblem<'jensenShannon', S, T>, Tensor<T>>,
  options: LossOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('jensenShannon', options, { reduction: true })
  const each = (p: ops.Operand, q: ops.Operand): Node => {
    expectRows('jensenShannon', p)
    const [x, y] = comparable('jensenShannon', p, q)
    const middle = ops.mul(ops.add(x, y), 0.5)
    const terms = ops.sub(ops.mul(ops.add(negativeEntropy(x), negativeEntropy(y)), 0.5), negativeEntropy(middle))
    return ops.sum(terms, -1)
  }
  return lossOf('jensenShannon', options, each, operand(p), operand(q)) as Loss<R, AllButLast<S>>
}

/** x log x, and 0 at 0, where the gradient is left out. */
function negativeEntropy(x: Node): Node {
  const positive = build.less(like(x, 0), x)
  return ops.where(positive, ops.mul(x, ops.log(ops.where(positive, x, 1))), like(x, 0))
}

function expectRows(operation: string, x: ops.Operand): void {
  if (ops.lift(x).rank === 0) failShape(operation, 'a scalar is no distribution', 'The last axis is what it is over.')
}

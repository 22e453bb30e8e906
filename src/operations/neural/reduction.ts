import { expectChoice } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/index.js'
import { floating, lift, type Operand, pair } from '../operand.js'
import { mean, sum } from '../reductions.js'

// What all losses have in common.

/** What becomes of the losses of the examples (or elements): their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none'

export interface LossOptions {
  /** 'mean' */
  readonly reduction?: Reduction
}

const reductions: { readonly [R in Reduction]: (losses: Node) => Node } = {
  mean: (losses) => mean(losses),
  sum: (losses) => sum(losses),
  none: (losses) => losses,
}

/** The losses, reduced. */
export function reduced(operation: string, reduction: Reduction = 'mean', losses: Node): Node {
  return reductions[expectChoice(operation, 'the reduction', reduction, ['mean', 'sum', 'none'])](losses)
}

/** Predictions and targets of one shape: silent broadcasting of [n] and [n, 1] to [n, n] is a classic mistake. */
export function comparable(operation: string, prediction: Operand, target: Operand): [Node, Node] {
  const [x, y] = [lift(prediction), lift(target, floating(prediction))]
  if (!sameShape(x.shape, y.shape) && y.rank > 0) {
    failShape(
      operation,
      `prediction ${formatShape(x.shape)} and target ${formatShape(y.shape)} differ`,
      'They are compared element by element; reshape, squeeze or expand one of them.',
    )
  }
  const [p, t] = pair(floating(x), y, operation)
  return [p, t]
}

import { isFloat } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { Beta } from '../../distributions/gamma.js'
import { where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import { expectPictures } from '../pictures/batch.js'
import { type Augmentation, augmentation, type Examples, expectProbability, perExample } from './augmentation.js'
import type { Draws } from './draws.js'
import { insideBox } from './erase.js'
import { areMasks, expectExamples, sizeOf } from './pictures.js'

export interface MixOptions {
  /** How many classes there are, if targets are labels: they become probabilities `[batch, classes]`. */
  readonly classes?: number
  /** Shares come from Beta(alpha, alpha): small values leave most examples almost alone; 1. */
  readonly alpha?: number
  /** Of each example to be mixed; 1. */
  readonly probability?: number
}

/** Draws partners, and the share that each example keeps, `[batch]`. */
function partners(operation: string, options: MixOptions) {
  checkOptions(operation, options, { classes: true, alpha: true, probability: true })
  const { classes, alpha = 1, probability = 1 } = options
  if (!(alpha > 0 && alpha < Infinity)) fail(`${operation}: alpha is ${alpha}`, 'Give a number above 0.')
  if (classes !== undefined && !(Number.isInteger(classes) && classes >= 2)) {
    fail(`${operation}: there are ${classes} classes`, 'Give a whole number of at least 2.')
  }
  expectProbability(operation, probability)
  const shares = new Beta(alpha, alpha)
  return {
    draw(inputs: Tensor, draws: Draws): { readonly partner: Tensor; readonly share: Tensor } {
      const share = shares.sample({ shape: [inputs.shape[0]!], ...draws.next() }) as Tensor
      const partner = draws.order(inputs)
      const kept = probability === 1 ? share : (where(draws.chosen(inputs, probability), share, 1) as Tensor)
      return { partner, share: kept }
    },
    /** Targets as numbers that can be mixed. */
    real(targets: Tensor): Tensor {
      if (isFloat(targets.dtype)) return targets
      if (classes !== undefined) return targets.oneHot(classes).cast('float32') as Tensor
      return fail(`${operation}: the targets are ${targets.dtype}`, 'Say how many classes there are: { classes: 10 }.')
    },
  }
}

/** share · y + (1 − share) · the partner's */
function mixed(x: Tensor, partner: Tensor, share: Tensor): Tensor {
  const own = perExample(share, x)
  const other = x.take(partner, 0) as Tensor
  return other.add(x.sub(other).mul(own)).cast(x.dtype) as Tensor
}

/**
 * Each example mixed with another one: λ x + (1 − λ) x′, and so the targets, where labels become probabilities. λ is drawn for each example.
 *
 * @throws Error if targets are labels and the number of classes is not given
 * @source Zhang et al., "mixup: beyond empirical risk minimization", 2018
 * @example
 * const { inputs, targets } = augment.mixup({ classes: 10, alpha: 0.2 })(zeros([128, 32, 32, 3]), zeros([128], 'int32'))
 * targets.shape // [128, 10]
 */
export function mixup(options: MixOptions = {}): Augmentation {
  const { draw, real } = partners('augment.mixup', options)
  return augmentation(({ inputs, targets }, draws): Examples => {
    const x = expectExamples('augment.mixup', inputs, 1, '[batch, …]')
    const { partner, share } = draw(x, draws)
    const changed = { inputs: mixed(x, partner, share) }
    return targets === undefined ? changed : { ...changed, targets: mixed(real(targets), partner, share) }
  })
}

/**
 * A box of each picture filled with that of another one, and targets mixed by area; targets for each pixel are filled in the same way. The box has
 * the part 1 − λ of the area, and is cut at the edge.
 *
 * @throws Error if targets are labels and the number of classes is not given
 * @source Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features", 2019
 * @example
 * const { targets } = augment.cutmix({ classes: 10 })(zeros([128, 32, 32, 3]), zeros([128], 'int32'))
 * targets.shape // [128, 10]
 */
export function cutmix(options: MixOptions = {}): Augmentation {
  const { draw, real } = partners('augment.cutmix', options)
  return augmentation((examples, draws): Examples => {
    const { inputs, targets } = examples
    const x = expectPictures('augment.cutmix', inputs)
    const [height, width] = sizeOf(x)
    const { partner, share } = draw(x, draws)
    const side = share.neg().add(1).sqrt() as Tensor
    const range = (n: number): [Tensor, Tensor] => {
      const half = side.mul(n / 2).floor() as Tensor
      const middle = draws.integers(x, 0, n).cast('float32') as Tensor
      return [middle.sub(half).clip(0, n) as Tensor, middle.add(half).clip(0, n) as Tensor]
    }
    const [rows, columns] = [range(height), range(width)]
    const box = insideBox(x, rows, columns)
    const filled = (each: Tensor): Tensor => {
      const where4 = each.rank === 3 ? (box.squeeze(-1) as Tensor) : box
      return where(where4, each.take(partner, 0), each) as Tensor
    }
    if (targets === undefined) return { inputs: filled(x) }
    if (areMasks(examples)) return { inputs: filled(x), targets: filled(targets) }
    const area = rows[1].sub(rows[0]).mul(columns[1].sub(columns[0])) as Tensor
    const kept = area
      .div(height * width)
      .neg()
      .add(1) as Tensor
    return { inputs: filled(x), targets: mixed(real(targets), partner, kept) }
  })
}

import { expectInteger } from '../../../core/arguments.js'
import { isFloat } from '../../../core/dtype.js'
import { fail } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { normalizeAxis } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { gumbel } from '../../../tensor/random.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { SameShape, Shape } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { Layer } from '../../layer.js'

export interface GumbelSoftmaxOptions {
  /** The lower, the nearer to a choice, and the rougher the gradient; 1. */
  readonly temperature?: number
  /** Whether the values are 0 and 1, with the gradient of the soft ones; false. */
  readonly hard?: boolean
  /** −1 */
  readonly axis?: number
  /** A key from `random.key`; the same key draws the same. */
  readonly key?: Tensor
}

/** See {@link gumbelSoftmax}. */
export class GumbelSoftmax extends Layer<SameShape> {
  constructor(readonly options: Omit<GumbelSoftmaxOptions, 'key'> = {}) {
    super()
    checkOptions('gumbelSoftmax', options, { temperature: true, hard: true, axis: true })
    checkTemperature(options.temperature)
  }

  protected run(x: Node): Node {
    return drawn(x, this.options)
  }

  protected override describe(): string {
    const { temperature = 1, hard = false } = this.options
    return `temperature ${temperature}${hard ? ', hard' : ''}`
  }
}

function checkTemperature(temperature = 1): number {
  if (temperature > 0) return temperature
  fail(`gumbelSoftmax: the temperature is ${temperature}`, 'Give a positive number.')
}

function drawn(x: Node, { temperature, hard = false, axis = -1, key }: GumbelSoftmaxOptions): Node {
  const logits = isFloat(x.dtype) ? x : ops.cast(x, 'float32')
  const along = normalizeAxis(expectInteger('gumbelSoftmax', 'the axis', axis), logits.rank, 'gumbelSoftmax')
  const noise = gumbel(logits.shape, { dtype: logits.dtype, ...(key && { key }) }).node
  const soft = ops.softmax(ops.div(ops.add(logits, noise), checkTemperature(temperature)), along)
  if (!hard) return soft
  const size = logits.shape[along]
  const choice = ops.moveAxis(ops.oneHot(ops.argMax(soft, along), size, logits.dtype), -1, along)
  // The value of the choice, the gradient of the soft one.
  return ops.add(choice, ops.sub(soft, ops.stopGradient(soft)))
}

/**
 * A random choice along an axis with probabilities softmax(logits), made soft so that it has a gradient:
 * softmax((logits + g) / temperature) with Gumbel noise g. As a function of a tensor, or without one a layer.
 * (Jang et al., "Categorical reparameterization with Gumbel-softmax", 2016; Maddison et al., 2016.)
 *
 * @throws if the temperature is not positive
 * @example gumbelSoftmax(zeros([2, 5]), { hard: true }) // [2, 5]
 */
export function gumbelSoftmax(options?: Omit<GumbelSoftmaxOptions, 'key'>): GumbelSoftmax
export function gumbelSoftmax<S extends Shape>(x: Tensor<S>, options?: GumbelSoftmaxOptions): Tensor<S>
export function gumbelSoftmax(x: Tensor | GumbelSoftmaxOptions = {}, options: GumbelSoftmaxOptions = {}): unknown {
  if (!(x instanceof Tensor)) return new GumbelSoftmax(x)
  checkOptions('gumbelSoftmax', options, { temperature: true, hard: true, axis: true, key: true })
  return wrap(drawn(x.node, options))
}

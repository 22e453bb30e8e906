import { fail, failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Shape } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { angles, places, type Start } from './positions.js'

export interface RotaryOptions {
  /** The longest wave is 2π times as long; 10000. */
  readonly base?: number
  /**
   * Which values are turned together: neighbours (0 with 1, as in the paper), or those half the size apart (0 with size / 2, as
   * in the Llama models of Hugging Face); false.
   */
  readonly interleaved?: boolean
}

/**
 * Turns pairs of values of queries or keys […, time, size] by angles that grow with their places, so that products depend on
 * distances only: (a, b) → (a cos θ − b sin θ, a sin θ + b cos θ), θ = t / base^(2i / size) for pair i.
 * (Su et al., "RoFormer: enhanced transformer with rotary position embedding", 2021.)
 *
 * @param options.start the place of the first element in its sequence; 0
 * @throws ShapeError if the size is odd
 * @example rotary(zeros([2, 4, 7, 8])) // [2, 4, 7, 8] → [2, 4, 7, 8]
 */
export function rotary<S extends Shape>(
  x: Tensor<S>,
  options: RotaryOptions & { readonly start?: Start } = {},
): Tensor<S> {
  checkOptions('rotary', options, { base: true, interleaved: true, start: true })
  return wrap(turned(expectTensor('rotary', 'the argument', x), options.start ?? 0, options))
}

export function turned(x: Node, start: Start, { base = 10_000, interleaved = false }: RotaryOptions): Node {
  const [time, size] = x.shape.slice(-2)
  if (x.rank < 2 || size % 2 !== 0) {
    failShape('rotary', `${formatShape(x.shape)} is not […, time, an even size]`, 'Pairs of values are turned.')
  }
  if (!(base > 1)) fail(`rotary: the base is ${base}`, 'Give a number above 1, such as 10000.')
  const theta = angles(places('rotary', start, time), size, size / 2, base)
  const [cos, sin] = [ops.cast(ops.cos(theta), x.dtype), ops.cast(ops.sin(theta), x.dtype)]
  const half = [...x.shape.slice(0, -1), size / 2]
  const [a, b] = interleaved ? [0, 1].map((i) => ops.at(ops.reshape(x, [...half, 2]), i, -1)) : ops.split(x, 2, -1)
  const real = ops.sub(ops.mul(a, cos), ops.mul(b, sin))
  const imaginary = ops.add(ops.mul(a, sin), ops.mul(b, cos))
  const joined = interleaved
    ? ops.reshape(ops.stack([real, imaginary], -1), x.shape)
    : ops.concat([real, imaginary], -1)
  return joined
}

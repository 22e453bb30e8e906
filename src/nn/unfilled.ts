import { expectFunction } from '../core/arguments.js'
import type { DType } from '../core/dtype.js'
import type { Shape } from '../core/shape.js'
import * as build from '../graph/build.js'
import * as random from '../tensor/random.js'
import { Tensor } from '../tensor/tensor.js'

let isUnfilled = false

/**
 * What a function makes, with zeros in place of all first weights that are drawn at random: for models whose sizes are looked at, or whose
 * weights are loaded. Nothing is computed, and the generator stays where it is.
 *
 * @example unfilled(() => linear(784, 10)).parameterCount() // 7850
 */
export function unfilled<T>(make: () => T): T {
  expectFunction('unfilled', 'the argument', make)
  const before = isUnfilled
  isUnfilled = true
  try {
    return make()
  } finally {
    isUnfilled = before
  }
}

interface Spread {
  readonly dtype?: DType
  readonly low?: number
  readonly high?: number
  readonly std?: number
}

const drawn =
  (draw: (shape: Shape, options: Spread) => Tensor) =>
  (shape: Shape, options: Spread = {}): Tensor =>
    isUnfilled ? new Tensor(build.fill(0, shape, options.dtype ?? 'float32')) : draw(shape, options)

/** The distributions that first weights are drawn from. */
export const uniform = drawn(random.uniform)
export const normal = drawn(random.normal)
export const truncatedNormal = drawn(random.truncatedNormal)

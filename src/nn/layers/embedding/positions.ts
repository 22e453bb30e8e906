import { type DType, isInteger } from '../../../core/dtype.js'
import { fail, failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { lift } from '../../../operations/index.js'
import { operand } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, SameShape, Shape, ShapeFunction, Unless } from '../../../tensor/types/index.js'
import { Parameter } from '../../../tensor/variable.js'
import { wrap } from '../../../tensor/wrap.js'
import { expectCount } from '../../counts.js'
import { type Initializer, normal } from '../../initializers.js'
import { Layer } from '../../layer.js'
import type { KeptShape } from '../../types/sequences.js'

/** The place of the first element in its sequence: 0, or how many came before where a text is made piece by piece. */
export type Start = number | Tensor<[]>

/** The places start … start + count − 1 as int32. */
export function places(operation: string, start: Start, count: number): Node {
  if (typeof start === 'number' && !(Number.isSafeInteger(start) && start >= 0)) {
    fail(`${operation}: the start is ${start}`, 'Places are whole numbers from 0.')
  }
  const first = lift(operand(start), 'int32')
  if (first.rank !== 0 || !isInteger(first.dtype)) {
    failShape(operation, `the start is ${first.dtype}${formatShape(first.shape)}`, 'Give one whole number for all.')
  }
  return ops.add(build.iota('int32', [count], 0), ops.cast(first, 'int32'))
}

/** The angles place / base^(2i / width) for i = 0 … count − 1, [places, count], in double precision. */
export function angles(places: Node, width: number, count: number, base: number): Node {
  const powers = build.iota('float64', [1, count], 1)
  const frequencies = ops.exp(ops.mul(powers, (-2 * Math.log(base)) / width))
  return ops.mul(ops.unsqueeze(ops.cast(places, 'float64'), -1), frequencies)
}

abstract class Positions<F extends ShapeFunction> extends Layer<F> {
  /** The input with its positions added. @param start the place of the first element in its sequence */
  override forward<S extends Shape>(x: Unless<ApplyProblem<F, S>, Tensor<S>>, start: Start = 0): Tensor<Apply<F, S>> {
    return wrap(this.run(lift(operand(x)), start))
  }

  protected run(x: Node, start: Start = 0): Node {
    if (x.rank < 2) {
      failShape(
        this.name,
        `${this.label} takes […, time, width], it is given ${formatShape(x.shape)}`,
        'Add the missing axis with unsqueeze.',
      )
    }
    const [time, width] = x.shape.slice(-2)
    return ops.add(x, ops.cast(this.table(start, time, width, x.dtype), x.dtype))
  }

  protected abstract readonly name: string

  /** [time, width] */
  protected abstract table(start: Start, time: number, width: number, dtype: DType): Node
}

/** See {@link sinusoidalPositions}. */
export class SinusoidalPositions extends Positions<SameShape> {
  protected readonly name = 'sinusoidalPositions'

  constructor(readonly base = 10_000) {
    super()
    if (!(base > 1)) failShape(this.name, `the base is ${base}`, 'Give a number above 1, such as 10000.')
  }

  protected table(start: Start, time: number, width: number): Node {
    const pairs = Math.ceil(width / 2)
    const all = angles(places(this.name, start, time), width, pairs, this.base)
    const waves = ops.reshape(ops.stack([ops.sin(all), ops.cos(all)], 2), [time, 2 * pairs])
    return width === 2 * pairs ? waves : ops.slice(waves, ':', [0, width])
  }
}

/**
 * Adds waves of many lengths to […, time, width], by which the places of a sequence can be told apart:
 *
 * p(t, 2i) = sin(t / base^(2i / width)), p(t, 2i + 1) = cos(t / base^(2i / width))
 *
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @example sinusoidalPositions().forward(zeros([2, 7, 16])) // [2, 7, 16] → [2, 7, 16]
 */
export const sinusoidalPositions = (base = 10_000): SinusoidalPositions => new SinusoidalPositions(base)

export interface LearnedPositionsOptions {
  /** The first vectors; normal with standard deviation 0.02. */
  readonly initializer?: Initializer
  /** float32 */
  readonly dtype?: DType
}

/** See {@link learnedPositions}. */
export class LearnedPositions<Width extends number = number> extends Positions<
  KeptShape<'learnedPositions', '...', Width>
> {
  protected readonly name = 'learnedPositions'
  /** [length, width] */
  readonly weight: Parameter<[number, Width]>

  constructor(
    readonly length: number,
    readonly width: Width,
    options: LearnedPositionsOptions = {},
  ) {
    super()
    checkOptions('learnedPositions', options, { initializer: true, dtype: true })
    expectCount(this.name, 'places', length)
    expectCount(this.name, 'values of a vector', width)
    const { initializer = normal(0.02), dtype = 'float32' } = options
    this.weight = new Parameter(initializer([length, width], dtype), 'weight')
  }

  protected table(start: Start, time: number, width: number): Node {
    const { length } = this
    const end = time + (typeof start === 'number' ? start : 0)
    if (width !== this.width || end > length) {
      failShape(
        this.name,
        `${this.label} has ${length} places of width ${this.width}, it is given ${end} of width ${width}`,
        'Make it with as many places as the longest sequence has.',
      )
    }
    if (start === 0) return ops.slice(this.weight.node, [0, time])
    return build.gather(this.weight.node, places(this.name, start, time), 0, this.name)
  }

  protected override describe(): string {
    return `${this.length} × ${this.width}`
  }
}

/**
 * Adds a trained vector for each place to […, time, width], for sequences of at most `length` elements. (Gehring et al.,
 * "Convolutional sequence to sequence learning", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example learnedPositions(100, 16).forward(zeros([2, 7, 16])) // [2, 7, 16] → [2, 7, 16]
 */
export const learnedPositions = <Width extends number>(
  length: number,
  width: Width,
  options: LearnedPositionsOptions = {},
): LearnedPositions<Width> => new LearnedPositions(length, width, options)

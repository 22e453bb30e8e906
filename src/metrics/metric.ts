import { cureFor, describe } from '../core/describe.js'
import { type NestedArray, type NumericArray, readElements } from '../core/elements.js'
import { fail, failShape } from '../core/errors.js'
import { formatShape, sameShape } from '../core/shape.js'
import { Tensor } from '../tensor/tensor.js'

/**
 * Something measured over batches: what comes out is that of all batches together, however the examples were cut. Counts and sums are
 * plain numbers in double precision.
 *
 * @example
 * const metric = new Accuracy()
 * metric.update(tensor([[1, 2], [2, 1]]), [1, 1])
 * metric.update([0, 1], [0, 1])
 * metric.result() // 0.75
 */
export interface Metric<Inputs extends readonly unknown[], Result> {
  /** Adds a batch. */
  update(...inputs: Inputs): void
  /**
   * What has been measured since the last `reset`.
   *
   * @throws if there is nothing of which it could be told
   */
  result(): Result
  /** Forgets all batches. */
  reset(): void
}

/** A metric's inputs: tensors, typed arrays, or lists of numbers. */
export type Values = Tensor | NumericArray | NestedArray

/** Values as plain numbers with their shape. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

export function numbersOf(metric: string, what: string, values: Values): Numbers {
  if (values instanceof Tensor) return { shape: values.shape, data: values.dataSync() as ArrayLike<number> }
  if (Array.isArray(values) || ArrayBuffer.isView(values)) {
    const { shape, elements } = readElements(values, undefined, undefined)
    return { shape, data: elements }
  }
  fail(
    `${metric}: instead of ${what} there is ${describe(values)}`,
    cureFor(values, 'Give a tensor or a list of numbers.'),
  )
}

/** Two values of one shape. */
export function pairOf(metric: string, outputs: Values, targets: Values): [outputs: Numbers, targets: Numbers] {
  const [o, t] = [numbersOf(metric, 'the outputs', outputs), numbersOf(metric, 'the targets', targets)]
  if (sameShape(o.shape, t.shape)) return [o, t]
  failShape(metric, `outputs ${formatShape(o.shape)} and targets ${formatShape(t.shape)} differ`, 'Give one for each.')
}

/** Throws where values are NaN or infinite: they would make everything NaN. */
export function expectFinite(metric: string, what: string, { data }: Numbers): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) fail(`${metric}: ${what} have ${data[i]} at ${i}`, 'Find out where it comes from.')
  }
}

/** Throws if nothing has been measured yet. */
export function expectSome(metric: string, count: number, least = 1): void {
  if (count >= least) return
  const cure = least === 1 ? 'Call update with a batch first.' : `Give at least ${least}.`
  fail(`${metric}: there ${count === 1 ? 'is 1 example' : `are ${count === 0 ? 'no' : count} examples`}`, cure)
}

/** A metric of one batch. */
export function measured<Inputs extends readonly unknown[], Result>(
  metric: Metric<Inputs, Result>,
  ...inputs: Inputs
): Result {
  metric.update(...inputs)
  return metric.result()
}

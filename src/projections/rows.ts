import { cureFor, describe } from '../core/describe.js'
import { type NestedArray, type NumericArray, readElements } from '../core/elements.js'
import { fail, failShape } from '../core/errors.js'
import { formatShape } from '../core/shape.js'
import { tensor } from '../tensor/create.js'
import { Tensor } from '../tensor/tensor.js'

/** Vectors of equal length: [examples, features]. */
export type Vectors = Tensor | NestedArray | readonly NumericArray[]

/** Vectors one after the other. */
export interface Rows {
  readonly count: number
  readonly width: number
  readonly data: ArrayLike<number>
}

/** Reads vectors and checks that each is finite: a distance to NaN is none. */
export async function readRows(operation: string, x: Vectors): Promise<Rows> {
  const { shape, data } = await elementsOf(operation, x)
  if (shape[0] === 0) fail(`${operation}: there are no vectors`, 'Give one at least.')
  const [count, width] = shape
  if (shape.length !== 2 || width === 0) {
    failShape(
      operation,
      `vectors are ${formatShape(shape)}`,
      'They are [examples, features], with one feature at least.',
    )
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      fail(
        `${operation}: vector ${Math.floor(i / width)} has ${data[i]} at ${i % width}`,
        'Leave it out, or fill it in.',
      )
    }
  }
  return { count, width, data }
}

async function elementsOf(operation: string, x: Vectors) {
  if (x instanceof Tensor) return { shape: x.shape as readonly number[], data: (await x.data()) as ArrayLike<number> }
  if (!Array.isArray(x)) {
    fail(`${operation}: instead of vectors there is ${describe(x)}`, cureFor(x, 'Give a tensor or a list of rows.'))
  }
  const { shape, elements } = readElements(x, undefined, undefined)
  return { shape, data: elements }
}

/** The mean of each column. */
export function meansOf({ count, width, data }: Rows): Float64Array {
  const means = new Float64Array(width)
  for (let i = 0; i < count; i++) for (let j = 0; j < width; j++) means[j] += data[i * width + j]
  return means.map((sum) => sum / count)
}

/** Where vectors lie along axes from a mean: [n, axes]. */
export function placesAlong(
  { count, width, data }: Rows,
  mean: Float64Array,
  axes: readonly Float64Array[],
): Tensor<[number, number]> {
  const apart = Float64Array.from({ length: count * width }, (_, at) => data[at] - mean[at % width])
  const directions = tensor(axes as Float64Array[]) as Tensor<[number, number]>
  return (tensor(apart, [count, width]) as Tensor<[number, number]>).matmul(directions.transpose())
}

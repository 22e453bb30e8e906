import { tensor } from '../create.js'
import { expectTensor } from '../methods/operand.js'
import { readData } from '../reading/values.js'
import type { Tensor } from '../tensor.js'

// How much comes out depends on the values: these read them, and have no place in a compiled function.

/**
 * The different elements, ascending, with their counts, and for each element the place of its value. All NaN count as one, the last.
 *
 * @returns values [k], counts int32 [k], and inverse int32 of the shape of x with values[inverse] = x
 * @throws Error in a compiled function: the number of values must be known there; use `binCount` or `histogram`
 * @example (await unique(tensor([3, 1, 3]))).values // [1, 3]
 */
export async function unique<T extends Tensor>(
  x: T,
): Promise<{ values: Tensor<[number]>; counts: Tensor<[number]>; inverse: Tensor }> {
  const node = expectTensor('unique', 'the argument', x)
  const data = await readData(node)
  const order = Uint32Array.from(data, (_, i) => i).sort((i, j) => compare(data[i], data[j]))
  const values: number[] = []
  const counts: number[] = []
  const inverse = new Int32Array(data.length)
  for (const i of order) {
    if (values.length === 0 || compare(values[values.length - 1], data[i]) !== 0) {
      values.push(data[i])
      counts.push(0)
    }
    inverse[i] = values.length - 1
    counts[values.length - 1]++
  }
  const found = [values.length]
  return {
    values: tensor(values, found, node.dtype) as Tensor<[number]>,
    counts: tensor(counts, found, 'int32') as Tensor<[number]>,
    inverse: tensor(inverse, [...node.shape], 'int32'),
  }
}

/** NaN comes last and is equal to itself. */
const compare = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b || 0

/**
 * The indices of the elements that are true (not zero), in row-major order: int32 [k, rank].
 *
 * @throws Error in a compiled function: the number of indices must be known there; use `where`
 * @example await nonZero(tensor([[0, 7], [2, 0]])) // [[0, 1], [1, 0]]
 */
export async function nonZero(x: Tensor): Promise<Tensor<[number, number]>> {
  const node = expectTensor('nonZero', 'the argument', x)
  const data = await readData(node)
  const places: number[] = []
  let count = 0
  for (const [flat, value] of data.entries()) {
    if (value === 0) continue
    const index = new Array<number>(node.rank)
    let rest = flat
    for (let axis = node.rank - 1; axis >= 0; axis--) {
      index[axis] = rest % node.shape[axis]
      rest = Math.floor(rest / node.shape[axis])
    }
    places.push(...index)
    count++
  }
  return tensor(places, [count, node.rank], 'int32') as Tensor<[number, number]>
}

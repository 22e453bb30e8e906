import { fail } from '../../core/errors.js'
import { RandomStream } from '../../core/threefry.js'
import type { Columns, Dataset } from './dataset.js'

/** In which order, and how often, examples are delivered. */
export interface OrderOptions<C extends Columns = Columns> {
  /** Whether each epoch goes through the examples in a random order. Default false. */
  readonly shuffle?: boolean
  /** Equal seeds and epochs give equal orders. Default 0. */
  readonly seed?: number
  /** Which pass through the data this is, so that every pass has an order of its own. Default 0. */
  readonly epoch?: number
  /**
   * Draws as many examples as there are, with replacement, each with a probability proportional to its weight: some come
   * several times in an epoch, others not at all.
   */
  readonly weights?: ArrayLike<number>
  /** A column of labels: draws as with `weights`, so that every class is equally likely. */
  readonly balance?: keyof C & string
}

/** The numbers of the examples of one epoch, in order. Throws if weights do not fit. */
export function epochOrder<C extends Columns>(
  operation: string,
  data: Dataset<C>,
  options: OrderOptions<C>,
): Uint32Array {
  const { shuffle = false, seed = 0, epoch = 0, balance } = options
  const random = new RandomStream(seed, epoch)
  if (balance !== undefined && options.weights !== undefined) {
    fail(`${operation}: there are weights and a column to balance.`, 'Give one of the two.')
  }
  const weights = balance === undefined ? options.weights : balanced(data.classes(operation, balance))
  if (weights !== undefined) return draw(operation, weights, data.length, random)
  const order = Uint32Array.from({ length: data.length }, (_, i) => i)
  if (shuffle) random.shuffle(order)
  return order
}

/** 1 / (how many examples have the same class). */
function balanced(classes: Int32Array): Float64Array {
  const counts = new Map<number, number>()
  for (const label of classes) counts.set(label, (counts.get(label) ?? 0) + 1)
  return Float64Array.from(classes, (label) => 1 / counts.get(label)!)
}

function draw(operation: string, weights: ArrayLike<number>, count: number, random: RandomStream): Uint32Array {
  if (weights.length !== count) {
    fail(`${operation}: there are ${weights.length} weights for ${count} examples.`, 'Give one for each example.')
  }
  const sums = new Float64Array(count)
  let total = 0
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!
    if (!(weight >= 0 && weight < Infinity)) {
      fail(`${operation}: the weight of example ${i} is ${weight}.`, 'Weights are finite and not negative.')
    }
    total += weight
    sums[i] = total
  }
  if (!(total > 0)) fail(`${operation}: all weights are 0.`, 'At least one must be greater.')
  return Uint32Array.from({ length: count }, () => firstAbove(sums, random.uniform(0, total)))
}

/** The first place whose sum is above the value: places of weight 0 are never found. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sums[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}

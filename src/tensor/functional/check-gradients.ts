import { expectFunction } from '../../core/arguments.js'
import { isFloat } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sizeOf } from '../../core/shape.js'
import { RandomStream } from '../../core/threefry.js'
import { flatten } from '../../core/tree.js'
import { tensor } from '../create.js'
import { jvp, valueAndGrad } from '../gradients.js'
import { flattenTensors, isTensor, type TensorTree } from '../leaves.js'
import { Tensor } from '../tensor.js'

export interface GradientCheckOptions {
  /** How often to differentiate: 2 checks the gradient of the gradient too; 1. */
  readonly order?: 1 | 2
  /** Distance of the points of the difference quotients; 1e-3. */
  readonly step?: number
  /** Largest deviation, relative to the largest derivative (or 1); 1e-6. */
  readonly tolerance?: number
  /** How many elements of each tensor are moved, chosen evenly; 100. */
  readonly elements?: number
  /** For the weights of the results and the directions; 0. */
  readonly seed?: number
}

/** What {@link checkGradients} has found, where all is well. */
export interface GradientReport {
  /** How many derivatives were compared. */
  readonly compared: number
  /** The largest deviation, relative to the largest derivative (or 1). */
  readonly largestError: number
}

/**
 * Compares the gradients of a function with differences of its values, (f(x − 2h) − 8 f(x − h) + 8 f(x + h) − f(x + 2h)) / 12h,
 * in float64: for whoever writes a `customGradient`, a layer or a loss. Results that are no scalars are added up with
 * random weights. Reverse mode is compared element by element, forward mode along a random direction.
 *
 * Floating point tensors of the arguments are converted to float64; other tensors stay as they are. Values that are read on the
 * way must be the same each time: no random numbers without a key, dropout in evaluation mode. What `fn` assigns is assigned each time.
 *
 * @param fn of the arguments, to a tensor or a tree of tensors
 * @param args its arguments, as a list
 * @throws if a derivative deviates, with the elements that deviate most; if `fn` calculates in another dtype than float64 or gives
 * different values for the same arguments
 * @example
 * const x = tensor([[0.5, -1], [2, 0.1]])
 * checkGradients((x: Tensor) => x.tanh().square().sum(), [x], { order: 2 })
 */
export function checkGradients<Arguments extends readonly TensorTree[]>(
  fn: (...args: Arguments) => TensorTree,
  args: Arguments,
  options: GradientCheckOptions = {},
): GradientReport {
  checkOptions('checkGradients', options, { order: true, step: true, tolerance: true, elements: true, seed: true })
  expectFunction('checkGradients', 'the first argument', fn)
  if (!Array.isArray(args))
    fail('checkGradients: the arguments are no list', 'Pass them in one: checkGradients(fn, [x, y]).')
  const { order = 1, step = 1e-3, tolerance = 1e-6, elements = 100, seed = 0 } = options
  const random = new RandomStream(seed)
  const given = flatten(args, isTensor, 'checkGradients')
  const places = given.leaves.flatMap(({ dtype }, i) => (isFloat(dtype) ? [i] : []))
  if (places.length === 0)
    fail('checkGradients: no argument is a floating point tensor', 'There is nothing to differentiate by.')
  const start = places.map((i) => Float64Array.from(given.leaves[i].dataSync()))
  const shapes = places.map((i) => given.leaves[i].shape)

  /** The function of the floating point tensors alone. */
  const ofMoving = (moving: readonly Tensor[]): TensorTree => {
    const all = given.leaves.map((leaf, i) => (places.includes(i) ? moving[places.indexOf(i)] : leaf))
    return fn(...(given.rebuild(all) as unknown as Arguments))
  }
  const functions = [{ what: 'derivative', f: ofMoving }]
  if (order === 2) {
    const weigh = weightedSum(random, 'checkGradients')
    functions.push({
      what: 'second derivative',
      f: (moving) => valueAndGrad((m: readonly Tensor[]) => weigh(ofMoving(m)))(moving)[1],
    })
  }
  const found = functions.map(({ what, f }) => {
    const sum = weightedSum(random, what)
    const point = { f: (moving: readonly Tensor[]) => sum(f(moving)), start, shapes, step }
    const rows = [...reverse(point, elements), forward(point, random)]
    return compare(what, rows, places, shapes, tolerance)
  })
  return {
    compared: found.reduce((total, { compared }) => total + compared, 0),
    largestError: Math.max(...found.map(({ largestError }) => largestError)),
  }
}

/** One number from all floating point results: their sum with random weights, the same each time. */
function weightedSum(random: RandomStream, what: string): (tree: TensorTree) => Tensor<[]> {
  const weights: Tensor[] = []
  return (tree) => {
    const results = flattenTensors(tree, 'checkGradients').leaves.filter(({ dtype }) => isFloat(dtype))
    if (results.length === 0)
      fail('checkGradients: no result is a floating point tensor', 'Nothing depends smoothly on anything.')
    const parts = results.map((node, i) => {
      if (node.dtype !== 'float64') {
        fail(
          `checkGradients: a result is ${node.dtype}, though the arguments are float64 (${what})`,
          'Remove casts to it: differences need all the digits.',
        )
      }
      const size = sizeOf(node.shape)
      // A number alone keeps its own derivatives, which a report then shows.
      const isAlone = results.length === 1 && size === 1
      const draw = (): number => (isAlone ? 1 : random.normal())
      weights[i] ??= tensor(Float64Array.from({ length: size }, draw), node.shape)
      return new Tensor(node).mul(weights[i]).sum()
    })
    return parts.reduce((a, b) => a.add(b))
  }
}

interface Point {
  /** The scalar function. */
  readonly f: (moving: readonly Tensor[]) => Tensor
  readonly start: readonly Float64Array[]
  readonly shapes: readonly (readonly number[])[]
  readonly step: number
}

/** A derivative by the gradient and by differences; `tensor` −1 is along a direction. */
interface Row {
  readonly tensor: number
  readonly element: number
  readonly computed: number
  readonly measured: number
}

const tensorsAt = ({ shapes }: Point, values: readonly Float64Array[]): Tensor[] =>
  values.map((data, i) => tensor(data, shapes[i]))

/** The derivative along a direction by values at four points. */
function difference(point: Point, direction: readonly Float64Array[]): number {
  const { f, start, step } = point
  const at = (distance: number): number => {
    const moved = start.map((data, i) => data.map((x, k) => x + distance * step * direction[i][k]))
    return f(tensorsAt(point, moved)).itemSync()
  }
  return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * step)
}

function reverse(point: Point, most: number): Row[] {
  const here = tensorsAt(point, point.start)
  const [value, gradients] = valueAndGrad(point.f)(here)
  const once = value.itemSync()
  const again = point.f(here).itemSync()
  if (!Object.is(once, again)) {
    fail(
      `checkGradients: the function gives ${once} and then ${again} for the same arguments`,
      'Draw random numbers from a key, and put dropout into evaluation mode.',
    )
  }
  return gradients.flatMap((gradient, i) => {
    const computed = gradient.dataSync()
    const stride = Math.max(1, Math.ceil(computed.length / most))
    const chosen = Array.from({ length: Math.ceil(computed.length / stride) }, (_, k) => k * stride)
    return chosen.map((element) => {
      const direction = point.start.map((data) => new Float64Array(data.length))
      direction[i][element] = 1
      return { tensor: i, element, computed: computed[element], measured: difference(point, direction) }
    })
  })
}

function forward(point: Point, random: RandomStream): Row {
  const direction = point.start.map((data) => data.map(() => random.normal()))
  const [, derivative] = jvp(point.f, tensorsAt(point, point.start), tensorsAt(point, direction))
  return { tensor: -1, element: 0, computed: derivative.itemSync(), measured: difference(point, direction) }
}

const LISTED = 4

function compare(
  what: string,
  rows: readonly Row[],
  places: readonly number[],
  shapes: readonly (readonly number[])[],
  tolerance: number,
): GradientReport {
  const largest = rows.reduce((most, { measured }) => Math.max(most, Math.abs(measured)), 1)
  const errorOf = ({ computed, measured }: Row): number => Math.abs(computed - measured) / largest
  // NaN is no small error.
  const wrong = rows.filter((row) => !(errorOf(row) <= tolerance)).sort((a, b) => errorOf(b) - errorOf(a))
  if (wrong.length > 0) {
    const listed = wrong.slice(0, LISTED).map((row) => {
      const where = row.tensor < 0 ? 'along a direction (forward mode)' : placeOf(row, places, shapes)
      return `${where}: ${row.computed} by the gradient, ${row.measured} by differences`
    })
    fail(
      `checkGradients: ${wrong.length} of ${rows.length} ${what}s deviate: ${listed.join('; ')}`,
      'Usual causes: a wrong rule in customGradient, stopGradient, or a kink (relu, max, abs) next to the point.',
    )
  }
  return { compared: rows.length, largestError: Math.max(0, ...rows.map(errorOf)) }
}

/** `tensor 1 (float64[2, 3]) at [0, 2]`. */
function placeOf({ tensor, element }: Row, places: readonly number[], shapes: readonly (readonly number[])[]): string {
  const shape = shapes[tensor]
  let rest = element
  const index = shape.map((_, axis) => {
    const stride = sizeOf(shape.slice(axis + 1))
    const at = Math.floor(rest / stride)
    rest -= at * stride
    return at
  })
  return `tensor ${places[tensor]} ${formatShape(shape)} at ${formatShape(index)}`
}

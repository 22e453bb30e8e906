import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { RandomStream } from '../../core/threefry.js'
import { type Column, floatColumn, labelColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'

/** Points of the plane in classes. */
export type LabelledPoints = Dataset<{
  readonly inputs: Column<'float32', readonly [2]>
  readonly labels: Column<'int32', readonly []>
}>

export interface ToyOptions {
  /** How many points. */
  readonly count: number
  /** Equal seeds give equal points; 0. */
  readonly seed?: number
  /** The standard deviation of what is added to each coordinate. */
  readonly noise?: number
}

export interface ToyClassOptions extends ToyOptions {
  readonly classes?: number
}

/** Checks the options; `random` makes the stream that point `i` is drawn from, which does not depend on how many there are. */
function begin(name: string, options: ToyClassOptions, defaults: { readonly noise: number }, chosen = false) {
  const known = { count: true, seed: true, noise: true } as const
  needOptions<ToyClassOptions>(
    name,
    options,
    chosen ? { ...known, classes: true } : (known as typeof known & { classes: true }),
  )
  const { count, seed = 0, noise = defaults.noise, classes = 2 } = options
  if (!Number.isSafeInteger(count) || count < 1)
    fail(`${name}: count is ${count}.`, 'Give a whole number of at least 1.')
  if (!(noise >= 0 && noise < Infinity)) fail(`${name}: noise is ${noise}.`, 'Give a number of at least 0.')
  if (!Number.isSafeInteger(classes) || classes < 1) {
    fail(`${name}: classes is ${classes}.`, 'Give a whole number of at least 1.')
  }
  return { count, noise, random: (i: number) => new RandomStream(seed, i) }
}

type Point = (label: number, random: RandomStream, classes: number) => readonly [number, number]

interface Defaults {
  readonly noise: number
  /** If given, the classes can be chosen; else there are 2. */
  readonly classes?: number
}

/** Classes in turn, so that each has as many points as the others, or one more. */
function points(name: string, options: ToyClassOptions, defaults: Defaults, point: Point): LabelledPoints {
  const { count, noise, random } = begin(name, options, defaults, defaults.classes !== undefined)
  const classes = options.classes ?? defaults.classes ?? 2
  const inputs = new Float32Array(2 * count)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const stream = random(i)
    labels[i] = i % classes
    const [x, y] = point(i % classes, stream, classes)
    inputs[2 * i] = x + stream.normal(0, noise)
    inputs[2 * i + 1] = y + stream.normal(0, noise)
  }
  return dataset({ inputs: floatColumn(inputs, [2]), labels: labelColumn(labels, { classes }) })
}

/**
 * Arms of a spiral, wound once around the origin, one for each class (2): radius r ∈ [0, 1], angle 2π(r + label / classes).
 *
 * Throws if an option is out of range.
 *
 * ```ts
 * const data = spiral({ count: 300, classes: 3, noise: 0.02 })
 * ```
 */
export function spiral(options: ToyClassOptions): LabelledPoints {
  return points('spiral', options, { noise: 0.02, classes: 2 }, (label, random, classes) => {
    const radius = random.uniform()
    const angle = 2 * Math.PI * (radius + label / classes)
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
}

/**
 * Two half circles of radius 1 that reach into each other, as scikit-learn's `make_moons`: (cos t, sin t) and (1 − cos t, ½ − sin t),
 * t ∈ [0, π].
 *
 * ```ts
 * const data = moons({ count: 200, noise: 0.1 })
 * ```
 */
export function moons(options: ToyOptions): LabelledPoints {
  return points('moons', options, { noise: 0.1 }, (label, random) => {
    const angle = random.uniform(0, Math.PI)
    return label === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)]
  })
}

/**
 * Circles around the origin, one in the other, class 0 with radius 1, the others evenly within.
 *
 * ```ts
 * const data = circles({ count: 200, noise: 0.05 })
 * ```
 */
export function circles(options: ToyClassOptions): LabelledPoints {
  return points('circles', options, { noise: 0.05, classes: 2 }, (label, random, classes) => {
    const angle = random.uniform(0, 2 * Math.PI)
    const radius = 1 - label / classes
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
}

/**
 * The exclusive or: points of [−1, 1]², class 1 where the signs of the two coordinates differ. A linear model cannot do it.
 *
 * ```ts
 * const data = xor({ count: 200 })
 * ```
 */
export function xor(options: ToyOptions): LabelledPoints {
  return points('xor', options, { noise: 0 }, (label, random) => {
    const [x, y] = [random.uniform(), random.uniform()]
    const sign = random.integer(2) === 0 ? 1 : -1
    return [sign * x, label === 1 ? -sign * y : sign * y]
  })
}

/**
 * Clouds around centres on the unit circle, normally distributed with standard deviation `noise` (0.15), one for each class (3).
 *
 * ```ts
 * const data = gaussians({ count: 300, classes: 5 })
 * ```
 */
export function gaussians(options: ToyClassOptions): LabelledPoints {
  return points('gaussians', options, { noise: 0.15, classes: 3 }, (label, _, classes) => {
    const angle = (2 * Math.PI * label) / classes
    return [Math.cos(angle), Math.sin(angle)]
  })
}

/**
 * A board of 4 × 4 fields on [−1, 1]², class 0 on the dark ones, class 1 on the light ones.
 *
 * ```ts
 * const data = checkerboard({ count: 500 })
 * ```
 */
export function checkerboard(options: ToyOptions): LabelledPoints {
  return points('checkerboard', options, { noise: 0 }, (label, random) => {
    const row = random.integer(4)
    const column = 2 * random.integer(2) + ((row + label) % 2)
    return [(column + random.uniform()) / 2 - 1, (row + random.uniform()) / 2 - 1]
  })
}

/**
 * A rolled-up sheet in space, as scikit-learn's `make_swiss_roll`: (t cos t, 21u, t sin t) with t = 3π/2 (1 + 2v) and u, v ∈ [0, 1]; the target is
 * t, the place along the sheet.
 *
 * Source: Marsland, "Machine learning: an algorithmic perspective", 2nd edition, chapter 6.
 *
 * ```ts
 * const data = swissRoll({ count: 1000 })
 * ```
 */
export function swissRoll(options: ToyOptions): Dataset<{
  readonly inputs: Column<'float32', readonly [3]>
  readonly targets: Column<'float32', readonly [1]>
}> {
  const { count, noise, random } = begin('swissRoll', options, { noise: 0 })
  const inputs = new Float32Array(3 * count)
  const targets = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    const stream = random(i)
    const t = 1.5 * Math.PI * (1 + 2 * stream.uniform())
    targets[i] = t
    const place = [t * Math.cos(t), 21 * stream.uniform(), t * Math.sin(t)]
    place.forEach((value, axis) => {
      inputs[3 * i + axis] = value + stream.normal(0, noise)
    })
  }
  return dataset({ inputs: floatColumn(inputs, [3]), targets: floatColumn(targets, [1]) })
}

/**
 * y = sin x with noise (0.1), x ∈ [−π, π]: regression at its simplest.
 *
 * ```ts
 * const data = sine({ count: 100 })
 * ```
 */
export function sine(options: ToyOptions): Dataset<{
  readonly inputs: Column<'float32', readonly [1]>
  readonly targets: Column<'float32', readonly [1]>
}> {
  const { count, noise, random } = begin('sine', options, { noise: 0.1 })
  const inputs = new Float32Array(count)
  const targets = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    const stream = random(i)
    inputs[i] = stream.uniform(-Math.PI, Math.PI)
    targets[i] = Math.sin(inputs[i]!) + stream.normal(0, noise)
  }
  return dataset({ inputs: floatColumn(inputs, [1]), targets: floatColumn(targets, [1]) })
}

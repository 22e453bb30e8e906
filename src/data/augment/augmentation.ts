import { expectFunction, expectNumber } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { isFloat } from '../../core/dtype.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sameShape } from '../../core/shape.js'
import { where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ManySizes, Shape, ShapeOf, WithSpatial } from '../../tensor/types/index.js'
import { Draws } from './draws.js'

export interface AugmentOptions {
  /** The key of all random numbers; without one they come from the global generator, see `seed`. */
  readonly key?: Tensor
}

/** Pictures of another size, if there is one. */
type Sized<S, Size> = Size extends ManySizes ? WithSpatial<Extract<S, Shape>, Size> : S

/** What comes of inputs that have targets. */
export interface Augmented<T extends Tensor, Size = undefined> {
  readonly inputs: Tensor<Sized<ShapeOf<T>, Size>>
  readonly targets: Tensor
}

/**
 * Changes the examples of a batch at random, each in its own way: `augmented(x)`, or `augmented(x, y)` for inputs and targets. Call it in the
 * training step: it becomes part of the compiled program, and every call draws anew.
 *
 * Targets `[batch, height, width, …]` of the size of the pictures are moved as these are: whole numbers (classes of pixels) by the nearest
 * pixel. Other targets stay, but where inputs are mixed.
 */
export interface Augmentation<Size extends ManySizes | undefined = undefined> {
  <T extends Tensor>(inputs: T, targets?: undefined, options?: AugmentOptions): Tensor<Sized<ShapeOf<T>, Size>>
  <T extends Tensor>(inputs: T, targets: Tensor, options?: AugmentOptions): Augmented<T, Size>
  /** Inputs and targets, if any, with random numbers from elsewhere: what {@link compose} calls. */
  readonly step: Step
}

/** A batch on its way. */
export interface Examples {
  readonly inputs: Tensor
  readonly targets?: Tensor
}

/** What an augmentation does with a batch. */
export type Step = (examples: Examples, draws: Draws) => Examples

/** An augmentation of one's own: what happens to inputs and targets. */
export function augmentation<const Size extends ManySizes | undefined = undefined>(step: Step): Augmentation<Size> {
  expectFunction('augmentation', 'the step', step)
  const own: Step = (examples, draws) => inKind(examples.inputs, step(examples, draws))
  const augment = (inputs: Tensor, targets?: Tensor, options: AugmentOptions = {}): Tensor | Examples => {
    checkOptions('augment', options, { key: true })
    const changed = own(targets === undefined ? { inputs } : { inputs, targets }, new Draws(options.key))
    return targets === undefined ? changed.inputs : changed
  }
  return Object.assign(augment, { step: own }) as Augmentation<Size>
}

/** Examples whose inputs are of the dtype that they had: random numbers in float32 make no float32 of float16. */
function inKind({ dtype }: Tensor, changed: Examples): Examples {
  const isSame = changed.inputs.dtype === dtype || !isFloat(dtype) || !isFloat(changed.inputs.dtype)
  return isSame ? changed : { ...changed, inputs: changed.inputs.cast(dtype) as Tensor }
}

/** The size of the last augmentation that has one. */
type LastSize<Steps> = Steps extends readonly [...infer Before, Augmentation<infer Size>]
  ? Size extends ManySizes
    ? Size
    : LastSize<Before>
  : undefined

/**
 * Several augmentations one after the other.
 *
 * @throws Error if one is none
 * @example
 * const augmented = augment.compose(augment.flip(), augment.crop({ padding: 4 }))
 * augmented(zeros([128, 32, 32, 3])) // → [128, 32, 32, 3]
 */
export function compose<const Steps extends readonly Augmentation<ManySizes | undefined>[]>(
  ...steps: Steps
): Augmentation<LastSize<Steps>> {
  for (const each of steps) expectAugmentation('compose', each)
  return augmentation<LastSize<Steps>>((examples, draws) =>
    steps.reduce((changed, { step }) => step(changed, draws), examples),
  )
}

function expectAugmentation(operation: string, value: Augmentation<ManySizes | undefined>): void {
  if (typeof value?.step === 'function') return
  if (typeof value === 'function') fail(`${operation}: a function is no augmentation`, 'Call it: flip(), not flip.')
  fail(`${operation}: ${describe(value)} is no augmentation`, cureFor(value, 'Give augmentations such as flip().'))
}

/**
 * An augmentation for a part of the examples only.
 *
 * @param probability of each example, 0 … 1; ½
 * @throws ShapeError if it changes the shape of inputs or targets, which is all or none
 * @example augment.sometimes(augment.blur({ sigma: [0.5, 2] }), 0.2)(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function sometimes(given: Augmentation, probability = 0.5): Augmentation {
  expectAugmentation('sometimes', given)
  expectProbability('sometimes', probability)
  return augmentation((examples, draws) => {
    const chosen = draws.chosen(examples.inputs, probability)
    return pick(chosen, given.step(examples, draws), examples)
  })
}

/**
 * One of several augmentations for each example, all equally likely.
 *
 * @throws ShapeError if one changes the shape of inputs or targets
 * @example augment.oneOf(augment.blur({ sigma: [0.5, 2] }), augment.noise(0.1))(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function oneOf(...choices: readonly Augmentation[]): Augmentation {
  if (choices.length === 0) fail('oneOf: there is nothing to choose from.', 'Give at least one augmentation.')
  for (const each of choices) expectAugmentation('oneOf', each)
  return augmentation((examples, draws) => {
    const choice = draws.integers(examples.inputs, 0, choices.length)
    return choices.reduce<Examples>(
      (changed, { step }, i) => pick(choice.equal(i), step(examples, draws), changed),
      examples,
    )
  })
}

/** Examples changed where `chosen` `[batch]` says so. */
function pick(chosen: Tensor, changed: Examples, otherwise: Examples): Examples {
  const either = (a: Tensor, b: Tensor): Tensor => {
    if (a === b) return a
    if (!sameShape(a.shape, b.shape) || a.dtype !== b.dtype) {
      failShape(
        'sometimes',
        `the augmentation makes ${a.dtype} ${formatShape(a.shape)} of ${b.dtype} ${formatShape(b.shape)}`,
        'It must leave shapes as they are; mixup and cutmix have a probability of their own.',
      )
    }
    return where(perExample(chosen, a), a, b) as Tensor
  }
  const inputs = either(changed.inputs, otherwise.inputs)
  if (changed.targets === undefined || otherwise.targets === undefined) return { inputs }
  return { inputs, targets: either(changed.targets, otherwise.targets) }
}

/** `[batch]` as `[batch, 1, …]`, so that each number meets all of its example. */
export const perExample = (values: Tensor, examples: Tensor): Tensor =>
  values.reshape([-1, ...examples.shape.slice(1).map(() => 1)]) as Tensor

/** Throws unless a number is a probability. */
export function expectProbability(operation: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  return fail(`${operation}: the probability is ${describe(value)}`, 'Give a number from 0 to 1.')
}

/** What numbers are drawn from: [low, high], or how far they may be from the one that changes nothing. */
export type Range = number | readonly [number, number]

interface RangeLimits {
  readonly middle?: number
  readonly limits?: readonly [number, number]
}

/** Both ends of a range; a number is how far they are from the middle, within limits. Throws if it is none, or reaches beyond them. */
export function rangeOf(
  operation: string,
  what: string,
  range: Range,
  { middle = 0, limits = [-Infinity, Infinity] }: RangeLimits = {},
): readonly [number, number] {
  const [lowest, highest] = limits
  const ends = typeof range === 'number' ? [Math.max(lowest, middle - range), middle + range] : range
  if (Array.isArray(ends) && ends.length === 2) {
    const [low, high] = ends.map((end) => expectNumber(operation, what, end)) as [number, number]
    if (low <= high && low >= lowest && high <= highest && Number.isFinite(high - low)) return [low, high]
  }
  const within = Number.isFinite(lowest) || Number.isFinite(highest) ? ` within ${lowest} … ${highest}` : ''
  return fail(
    `${operation}: ${what} is ${JSON.stringify(range)}`,
    `Give a number, or [low, high]${within}, the smaller first.`,
  )
}

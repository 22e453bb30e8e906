import { cureFor, describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import type { Accumulate } from './gradients/accumulation.js'
import type { GradientNoise } from './gradients/noise.js'
import type { Schedule } from './schedules/schedule.js'

/** What every optimizer takes, for all parameters or for a group of them. */
export interface CommonOptions {
  /** How far to go along the (rescaled) gradient: a number, or a function of the number of steps so far. */
  readonly learningRate?: number | Schedule
  /** How much parameters are drawn towards 0: the gradient of weightDecay / 2 · Σp². */
  readonly weightDecay?: number
  /** How much parameters are drawn towards 0, all equally: the gradient of l1Decay · Σ|p|; 0. */
  readonly l1Decay?: number
  /** Whether decay is no part of the gradient (L1, L2) but shortens the parameter by learningRate · decay itself (Loshchilov and Hutter, 2019). */
  readonly decoupledDecay?: boolean
  /** Keeps each element of the gradients between − this and this. */
  readonly clipValue?: number
  /** Keeps the gradient of each unit (last axis) below this part of the unit's norm (Brock et al., 2021); 0.01 is usual. */
  readonly clipAdaptive?: number
  /** Scales all gradients together so that their common Euclidean norm is at most this (Pascanu et al., 2013). A group's is for itself. */
  readonly clipNorm?: number
  /** Normal noise that is added to the gradients, less with every step (Neelakantan et al., 2015). */
  readonly gradientNoise?: GradientNoise
}

/** Options for the parameters whose path fits a pattern; those that it leaves out are as for all. */
export type ParameterGroup<Settings extends object = object> = CommonOptions &
  Settings & {
    /** Looked for in the paths of the parameters: `/bias|norm/`. */
    readonly match: RegExp
    /** Times the learning rate of all. */
    readonly learningRateFactor?: number
  }

export type OptimizerOptions<Settings extends object = object> = CommonOptions &
  Settings & {
    /** The gradients of so many calls of `minimize` make one step, as if all their examples were one batch; 1. */
    readonly accumulate?: number | Accumulate
    /** Parameters with options of their own. Each parameter fits one group at most, and each group some parameter. */
    readonly groups?: readonly ParameterGroup<Settings>[]
  }

/** The names of the options that all optimizers have. */
export const commonOptions: { readonly [Name in keyof CommonOptions]-?: true } = {
  ...{ learningRate: true, weightDecay: true, l1Decay: true, decoupledDecay: true },
  ...{ clipValue: true, clipAdaptive: true, clipNorm: true, gradientNoise: true },
}

/** Throws if a learning rate is negative or no number. */
export function expectRate(optimizer: string, rate: number): void {
  if (!(typeof rate === 'number' && rate >= 0 && rate < Infinity)) {
    fail(`${optimizer}: the learning rate is ${shown(rate)}`, 'Give a number of at least 0, such as 0.001.')
  }
}

/** Throws if an option is not above 0. */
export function expectPositive(optimizer: string, option: string, value: number): void {
  if (!(typeof value === 'number' && value > 0 && value < Infinity))
    fail(`${optimizer}: ${option} is ${shown(value)}`, 'Give a number above 0.')
}

/** Throws if an option is not a number of at least 0. */
export function expectNotNegative(optimizer: string, option: string, value: number): void {
  if (!(typeof value === 'number' && value >= 0 && value < Infinity))
    fail(`${optimizer}: ${option} is ${shown(value)}`, 'Give a number of at least 0.')
}

/** Throws if a factor by which something decays is not in 0 … 1, 1 excluded. */
export function expectDecay(optimizer: string, option: string, value: number): void {
  if (!(typeof value === 'number' && value >= 0 && value < 1)) {
    fail(
      `${optimizer}: ${option} is ${shown(value)}`,
      'Give a number from 0 up to, not including, 1: with 1 or more nothing is ever forgotten.',
    )
  }
}

/** Throws if an option is no whole number of at least 1. */
export function expectCount(optimizer: string, option: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1))
    fail(`${optimizer}: ${option} is ${shown(value)}`, 'Give a whole number of at least 1.')
}

/** Throws if an option is not true or false. */
export function expectBoolean(optimizer: string, option: string, value: boolean): void {
  if (typeof value !== 'boolean') fail(`${optimizer}: ${option} is ${describe(value)}`, 'Give true or false.')
}

const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : describe(value))

/** Tells `optimizer(options)` from `optimizer(parameters, options)`. */
export function splitArguments<Trainable extends object, Options extends object>(
  optimizer: string,
  first: Trainable | Options | undefined,
  second: Options | undefined,
): [Trainable | undefined, Options | undefined] {
  if (first === undefined || Array.isArray(first)) return [first as Trainable | undefined, second]
  if (typeof first !== 'object' || first === null) {
    const example = typeof first === 'number' ? first : 1e-3
    fail(
      `${optimizer}: the first argument is ${describe(first)}`,
      cureFor(first, `Pass a module or a list of parameters: ${optimizer}(model, { learningRate: ${example} }).`),
    )
  }
  if ('parameters' in first) return [first as Trainable, second]
  if (second === undefined && Object.getPrototypeOf(first) === Object.prototype) return [undefined, first as Options]
  fail(
    `${optimizer}: the first argument is ${describe(first)}, which has no parameters`,
    cureFor(first, `Pass a module or a list of parameters: ${optimizer}(model, options).`),
  )
}

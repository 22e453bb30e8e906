import type { EpochEvent, Metrics } from './loop/events.js'
import type { Task } from './task.js'

/** What a pass through data came to. */
export interface Score<T extends Task = Task> {
  /** The mean over the examples. */
  readonly loss: number
  /** The part of the classes that were named right; undefined where the targets are no classes. */
  readonly accuracy: T extends 'classes' ? number : undefined
}

/** What one pass through the training examples came to. Loss and accuracy are those while learning. */
export interface Epoch<T extends Task = Task> extends Score<T> {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Of all validation examples after the epoch, where there are some. */
  readonly validation: Score<T> | undefined
  /** Of the next step. */
  readonly learningRate: number
  readonly examplesPerSecond: number
  /** Validation included. */
  readonly seconds: number
}

/** All epochs so far. */
export type History<T extends Task = Task> = readonly Epoch<T>[]

/** Loss and accuracy by their names. */
export const scoreOf = <T extends Task>({ loss, accuracy }: Metrics): Score<T> => ({ loss, accuracy }) as Score<T>

/** The epoch of a loop as that of `fit`. */
export function epochOf<T extends Task>({
  validation,
  metrics,
  learningRates,
  step: _,
  ...rest
}: EpochEvent): Epoch<T> {
  const { optimizer: learningRate } = learningRates
  return { ...rest, ...scoreOf<T>(metrics), validation: validation && scoreOf<T>(validation), learningRate }
}

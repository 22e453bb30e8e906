/** Numbers by name. */
export type Metrics = Readonly<Record<string, number>>

/** How far a training is, after each batch. */
export interface StepEvent<M extends Metrics = Metrics> {
  /** Steps since the beginning of the training, counted from 1. */
  readonly step: number
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  /** Infinity in the first epoch of a stream, whose length is not known before. */
  readonly batches: number
  /** Examples of this epoch that are done. */
  readonly examples: number
  /** The means over the examples of this epoch so far. */
  readonly metrics: M
  /** The values of this batch alone. */
  readonly values: M
  readonly examplesPerSecond: number
  readonly secondsLeft: number
}

/** What one pass through the data came to. */
export interface EpochEvent<M extends Metrics = Metrics> {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Steps since the beginning of the training. */
  readonly step: number
  /** The means over the examples, while learning. */
  readonly metrics: M
  /** After the epoch, on data that is not learned from, where there is some. */
  readonly validation: Metrics | undefined
  /** Of the next step, by the names of the optimizers. */
  readonly learningRates: Metrics
  readonly examplesPerSecond: number
  /** Validation included. */
  readonly seconds: number
}

/** What goes into a model: enough to make an example. */
export interface InputSpec {
  readonly name: string
  /** With a batch of one. */
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32'
  /** Where the channels of a picture lie; undefined if it is none. */
  readonly channels?: 'first' | 'last'
  /** Codes and the like are whole numbers below this one. */
  readonly below?: number
}

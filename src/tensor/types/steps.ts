import type { Tensor } from '../tensor.js'
import type { Tail } from './shape.js'

/** The part of a sequence that one step sees: without the leading axis. */
export type StepOf<Sequence> =
  Sequence extends Tensor<infer S>
    ? Tensor<number extends S['length'] ? any : Tail<S>>
    : { [K in keyof Sequence]: StepOf<Sequence[K]> }

/** The sizes of the leading axes in a tree. */
type Lengths<Sequence> =
  Sequence extends Tensor<infer S>
    ? number extends S['length']
      ? number
      : S[0]
    : Sequence extends readonly (infer Entry)[]
      ? Lengths<Entry>
      : Sequence extends object
        ? Lengths<Sequence[keyof Sequence]>
        : never

/** How many steps a sequence has. */
export type StepsOf<Sequence> = [Lengths<Sequence>] extends [never] ? number : Lengths<Sequence>

/** The outputs of all steps, along a new leading axis. */
export type AllSteps<Output, Steps extends number> =
  Output extends Tensor<infer S>
    ? Tensor<number extends S['length'] ? any : [Steps, ...S]>
    : { -readonly [K in keyof Output]: AllSteps<Output[K], Steps> }

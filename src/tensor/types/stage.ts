import type { Tensor } from '../tensor.js'
import type { Apply, ShapeFunction, WithShapes } from './shape-function.js'

/** One step of a pipe: a function, or something with a `forward` method, as modules have. */
export type Stage<Input, Output = unknown> = ((x: Input) => Output) | { forward(x: Input): Output }

/** What a stage makes of what is on its way. */
export type Then<X, L> =
  L extends WithShapes<infer F extends ShapeFunction>
    ? X extends Tensor<infer S>
      ? Tensor<Apply<F, S>>
      : never
    : L extends (x: never) => infer Result
      ? Result
      : L extends { forward(x: never): infer Result }
        ? Result
        : never

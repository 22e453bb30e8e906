import type { Box, Known, Shape } from '../../tensor/types/index.js'
import type { AllButLast as Front, Misfits, ShowSizes } from './sizes.js'

// Which targets fit which predictions.

/** The shape of the losses of single examples. */
export type AllButLast<S extends Shape> = Front<Known<S>> extends infer F extends Shape ? F : number[]

type Fails<S, T> = Box<Misfits<S, T>> extends Box<true> ? true : false

/** Why labels T are neither one for each row of logits S nor as many as the logits, else `never`. */
export type LabelProblem<Name extends string, S, T> =
  Fails<Known<T>, Front<Known<S>>> extends true
    ? Fails<Known<T>, Known<S>> extends true
      ? `${Name}: labels ${ShowSizes<Known<T>>} do not fit logits ${ShowSizes<Known<S>>}`
      : never
    : never

/** Why targets T are neither scalar nor of the shape S of what is predicted, else `never`. */
export type TargetProblem<Name extends string, S, T> = T extends readonly []
  ? never
  : Fails<Known<T>, Known<S>> extends true
    ? `${Name}: targets ${ShowSizes<Known<T>>} differ from ${ShowSizes<Known<S>>}`
    : never

/** Why labels T are not one for each row of S, else `never`. */
export type RowProblem<Name extends string, S, T> =
  Fails<Known<T>, Front<Known<S>>> extends true
    ? `${Name}: labels ${ShowSizes<Known<T>>} do not fit ${ShowSizes<Known<S>>}`
    : never

import type { Show } from './message.js'
import type { Shape } from './shape.js'

/** The message for what is to be one number and is not, else `never`. */
export type ScalarProblem<Name extends string, S extends Shape> = number extends S['length']
  ? never
  : S extends readonly []
    ? never
    : `${Name}: the loss has shape ${Show<S>}; make one number of it with mean() or sum()`

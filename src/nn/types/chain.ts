import type { Tensor } from '../../tensor/tensor.js'
import type { Apply, ApplyProblem, Known, ShapeFunction, Show, WithShapes } from '../../tensor/types/index.js'
import type { TakesSizes } from './sizes.js'

/** What stands in a chain: layers, other modules, and functions of a tensor. */
export type Link = { forward(x: never): Tensor } | ((x: Tensor) => Tensor)

/** The shape function of what takes and gives certain shapes. */
interface FixedShape<What extends string, Taken, Given> extends ShapeFunction {
  readonly out: Given
  readonly problem: Taken extends Tensor<infer S>
    ? TakesSizes<this['in'], Known<S>, `the ${What} takes ${Show<Known<S>>}`>
    : never
}

type FunctionOf<L> =
  L extends WithShapes<infer F>
    ? F
    : L extends { forward(x: infer X): Tensor<infer S> }
      ? FixedShape<'module', X, S>
      : L extends (x: infer X) => Tensor<infer S>
        ? FixedShape<'function', X, S>
        : ShapeFunction

/** The shape after one link, or the message why it does not take what comes. */
type Step<L, S> =
  Problem<L, S> extends infer P extends string ? ([P] extends [never] ? Known<Apply<FunctionOf<L>, S>> : P) : never

type Problem<L, S> = ApplyProblem<FunctionOf<L>, S>

/**
 * The shape after all links, or the first message on the way. After a list of links, whose length is left to the run time, nothing is
 * known.
 */
export type Through<Links, S> = S extends string
  ? S
  : Links extends readonly [infer Head, ...infer Tail]
    ? Through<Tail, Step<Head, S>>
    : Links extends readonly []
      ? S
      : Links extends readonly [...infer Front, infer Last]
        ? Through<Front, number[]> extends infer Before
          ? Through<[Last], Before>
          : never
        : number[]

/** The links, with the message in the place of the first that does not take what comes before. */
type Marked<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? Step<Head, S> extends infer P extends string
    ? [P, ...Tail]
    : [Head, ...Marked<Tail, Step<Head, S>>]
  : Links extends readonly [...infer Front, infer Last]
    ? Through<Front, number[]> extends string
      ? [...Marked<Front, number[]>, Last]
      : [...Front, ...Marked<[Last], Through<Front, number[]>>]
    : Links

/**
 * What `sequential` takes: the links, if nothing is known to be wrong with them, or else those in which the wrong one is
 * replaced. Type parameters in a link leave nothing open. (The intersection is only there for the list to be known first, and the
 * constraint for arrow functions to have a parameter type.)
 */
export type Checked<Links> = { of: Through<Links, number[]> } & Links extends { of: string }
  ? Marked<Links, number[]> extends infer M extends readonly (Link | string)[]
    ? M
    : never
  : Links

/** The shape function of a chain. What is wrong between the links has been said where the chain was made. */
export interface ChainShape<Links> extends ShapeFunction {
  readonly out: Through<Links, this['in']> extends infer Out ? (Out extends string ? number[] : Out) : never
  readonly problem: Through<Links, number[]> extends string
    ? never
    : Through<Links, this['in']> extends infer P extends string
      ? P
      : never
}

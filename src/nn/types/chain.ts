import type { Tensor } from '../../tensor/tensor.js'
import type { Apply, ApplyProblem, Known, ShapeFunction, WithShapes } from '../../tensor/types/index.js'
import type { TakesShape } from './sizes.js'

/** What stands in a chain: layers, other modules, and functions of a tensor. */
export type Link = WithShapes<ShapeFunction> | { forward(x: never): Tensor } | ((x: Tensor) => Tensor)

/** The shape function of what takes and gives certain shapes. */
interface FixedShape<What extends string, Taken, Given> extends ShapeFunction {
  readonly out: Given
  readonly problem: Taken extends Tensor<infer S> ? TakesShape<`the ${What}`, Known<S>, this['in']> : never
}

export type FunctionOf<L> =
  L extends WithShapes<infer F>
    ? F
    : L extends { forward(x: infer X): Tensor<infer S> }
      ? FixedShape<'module', X, S>
      : L extends (x: infer X) => Tensor<infer S>
        ? FixedShape<'function', X, S>
        : ShapeFunction

/** Why a link does not take what comes, or `never`. */
type Problem<L, S> = ApplyProblem<FunctionOf<L>, S>

/**
 * [the shape after all links], or the first message on the way. After a list of links, whose length is left to the run time, nothing
 * is known.
 */
export type Through<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? [Problem<Head, S>] extends [never]
    ? Through<Tail, Apply<FunctionOf<Head>, S>>
    : Problem<Head, S>
  : Links extends readonly []
    ? [S]
    : Links extends readonly [...infer Front, infer Last]
      ? Through<Front, any> extends [infer Next]
        ? Through<[Last], Next>
        : Through<Front, any>
      : [any]

/** The links, with the message in the place of the first that does not take what comes before. */
type Marked<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? [Problem<Head, S>] extends [never]
    ? [Head, ...Marked<Tail, Apply<FunctionOf<Head>, S>>]
    : [Problem<Head, S>, ...Tail]
  : Links extends readonly [...infer Front, infer Last]
    ? Through<Front, any> extends [infer Next]
      ? [...Front, ...Marked<[Last], Next>]
      : [...Marked<Front, any>, Last]
    : Links

/**
 * What `sequential` takes: the links, if nothing is known to be wrong with them, or else those in which the wrong one is
 * replaced. Type parameters in a link leave nothing open. (The intersection is only there for the list to be known first, and the
 * constraint for arrow functions to have a parameter type.)
 */
export type Checked<Links> = { of: Through<Links, any> } & Links extends { of: string }
  ? Marked<Links, any> extends infer M extends readonly (Link | string)[]
    ? M
    : never
  : Links

/** The shape function of a chain. What is wrong between the links has been said where the chain was made. */
export interface ChainShape<Links> extends ShapeFunction {
  readonly out: Through<Links, this['in']> extends [infer Out] ? Out : any
  readonly problem: Through<Links, any> extends string
    ? never
    : Through<Links, this['in']> extends infer Problem extends string
      ? Problem
      : never
}

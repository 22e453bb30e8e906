import type { Tensor } from '../../tensor/tensor.js'
import type { Apply, ApplyProblem, Known, ShapeFunction, WithShapes } from '../../tensor/types/index.js'
import type { Takes } from './sizes.js'

/** What stands in a chain: layers, other modules, and functions of a tensor. */
export type Link = { forward(x: never): Tensor } | ((x: Tensor) => Tensor)

/** The shape after one link. */
type After<L, S> =
  L extends WithShapes<infer F>
    ? Apply<F, S>
    : L extends { forward(x: never): Tensor<infer R> }
      ? R
      : L extends (x: never) => Tensor<infer R>
        ? R
        : number[]

/** The shape after all links. Nothing is known after lists of links, whose length is left to the run time. */
export type Through<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? Through<Tail, After<Head, S>>
  : Links extends readonly []
    ? S
    : Links extends readonly [...infer Front, infer Last]
      ? After<Last, Through<Front, number[]>>
      : number[]

/** Why one link does not take the shape, or `never`. */
type LinkProblem<L, S> =
  L extends WithShapes<infer F>
    ? ApplyProblem<F, S>
    : L extends { forward(x: infer X): Tensor }
      ? Refusal<'module', X, S>
      : L extends (x: infer X) => Tensor
        ? Refusal<'function', X, S>
        : never

type Refusal<What extends string, X, S> =
  X extends Tensor<infer Taken>
    ? Takes<`the ${What}`, Known<Taken>, S>
    : X extends never
      ? never
      : `the ${What} takes no tensor`

/** The first problem on the way of the shape through the links, or `never`. */
export type ChainProblem<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? [LinkProblem<Head, S>] extends [never]
    ? ChainProblem<Tail, After<Head, S>>
    : LinkProblem<Head, S>
  : Links extends readonly [...infer Front, infer Last]
    ? [ChainProblem<Front, number[]>] extends [never]
      ? LinkProblem<Last, Through<Front, number[]>>
      : ChainProblem<Front, number[]>
    : never

/** The links, with the message in the place of the first that does not take what comes before. */
export type Marked<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? [LinkProblem<Head, S>] extends [never]
    ? [Head, ...Marked<Tail, After<Head, S>>]
    : [LinkProblem<Head, S>, ...Tail]
  : Links extends readonly [...infer Front, infer Last]
    ? [ChainProblem<Front, number[]>] extends [never]
      ? [...Front, LinkProblem<Last, Through<Front, number[]>>]
      : [...Marked<Front, number[]>, Last]
    : Links

/** Whether it is known that something is wrong. */
type Wrong<Problem> = [Problem] extends [never] ? false : true

/**
 * What `sequential` takes: the links, if nothing is known to be wrong with them, or else those in which the wrong one is
 * replaced. Type parameters in a link leave nothing open. (The intersection is only there for the list to be known first.)
 */
export type Checked<Links> = { of: Wrong<ChainProblem<Links, number[]>> } & Links extends { of: true }
  ? Marked<Links, number[]>
  : Links

/** The shape function of a chain. What is wrong between the links has been said where the chain was made. */
export interface ChainShape<Links> extends ShapeFunction {
  readonly out: Through<Links, this['in']>
  readonly problem: [ChainProblem<Links, number[]>] extends [never] ? ChainProblem<Links, this['in']> : never
}

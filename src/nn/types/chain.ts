import type { Tensor } from '../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, ShapeFunction, WithShapes } from '../../tensor/types/index.js'

/** What stands in a chain: layers, other modules, and functions of a tensor. */
export type Link = { forward(x: never): Tensor } | ((x: never) => Tensor)

/** The shape after one link. */
type After<L, S> =
  L extends WithShapes<infer F> ? Apply<F, S> : L extends { forward(x: never): Tensor<infer R> } ? R : number[]

/** The shape after all links. */
export type Through<Links, S> = Links extends readonly [infer Head, ...infer Tail] ? Through<Tail, After<Head, S>> : S

/** Why one link does not take the shape, or `never`. */
type LinkProblem<L, S> =
  L extends WithShapes<infer F>
    ? ApplyProblem<F, S>
    : L extends { forward(x: infer X): Tensor }
      ? S extends Shape
        ? Tensor<S> extends X
          ? never
          : 'the module before gives another shape than this one takes'
        : never
      : never

/** The first problem on the way of the shape through the links, or `never`. */
export type ChainProblem<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? [LinkProblem<Head, S>] extends [never]
    ? ChainProblem<Tail, After<Head, S>>
    : LinkProblem<Head, S>
  : never

/** The shape function of a chain. */
export interface ChainShape<Links> extends ShapeFunction {
  readonly out: Through<Links, this['in']>
  readonly problem: ChainProblem<Links, this['in']>
}

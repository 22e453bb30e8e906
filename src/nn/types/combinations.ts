import type { Add, ShapeFunction, Show } from '../../tensor/types/index.js'
import type { Through } from './chain.js'
import type { AllButLast, Last, Misfits, ShowSizes } from './sizes.js'

// Each goes through its links by Through: [the shape that one gives], or why it does not take what comes.

/** The shape of a result in a list, if there is one. */
type Given<Result> = Result extends [infer Out] ? Out : any

/** The message in a result, else `never`. */
type ProblemIn<Result> = Result extends string ? Result : never

/** What two ways give side by side must have one shape. */
type Same<Name extends string, A, B> = [Misfits<A, B>] extends [true]
  ? `${Name}: one way gives ${ShowSizes<A>}, another ${ShowSizes<B>}`
  : never

/** All ways give one shape, which is the one of the result. */
type Agreed<Name extends string, Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? Through<[Head], S> extends [infer Out]
    ? Tail extends readonly []
      ? [Out]
      : Agreed<Name, Tail, S> extends [infer Other]
        ? [Same<Name, Out, Other>] extends [never]
          ? [Out]
          : Same<Name, Out, Other>
        : Agreed<Name, Tail, S>
    : Through<[Head], S>
  : [any]

/** x → Σ link(x) */
export interface SumShape<Name extends string, Links> extends ShapeFunction {
  readonly out: Given<Agreed<Name, Links, this['in']>>
  readonly problem: ProblemIn<Agreed<Name, Links, this['in']>>
}

/** The front of all shapes, and the sum of their last sizes. */
type Joined<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? Through<[Head], S> extends [infer Out]
    ? Tail extends readonly []
      ? [Out]
      : Joined<Tail, S> extends [infer Others]
        ? [Same<'branch', AllButLast<Out>, AllButLast<Others>>] extends [never]
          ? [[...AllButLast<Out>, Sum<Last<Out>, Last<Others>>]]
          : `branch: the axes before the last differ: ${Show<Out>} and ${Show<Others>}`
        : Joined<Tail, S>
    : Through<[Head], S>
  : [any]

type Sum<A, B> = [A, B] extends [number, number] ? Add<A & number, B & number> : number

/** x → concat(link(x) …) */
export interface BranchShape<Links> extends ShapeFunction {
  readonly out: Given<Joined<Links, this['in']>>
  readonly problem: ProblemIn<Joined<Links, this['in']>>
}

/** Each link takes what came in and what all before it gave, side by side. */
type Grown<Links, S> = Links extends readonly [infer Head, ...infer Tail]
  ? Through<[Head], S> extends [infer Out]
    ? Grown<Tail, [...AllButLast<S>, Sum<Last<S>, Last<Out>>]>
    : Through<[Head], S>
  : Links extends readonly []
    ? [S]
    : [any]

/** x → concat(x, link₁(x), link₂(x, …) …) */
export interface DenseShape<Links> extends ShapeFunction {
  readonly out: Given<Grown<Links, this['in']>>
  readonly problem: ProblemIn<Grown<Links, this['in']>>
}

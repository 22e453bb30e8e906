/**
 * A function from shapes to shapes, for the type checker: `out` and `problem` are written in terms of `this['in']`.
 * TypeScript has no functions of types as values; an interface whose `in` is filled in later takes their place.
 */
export interface ShapeFunction {
  readonly in: unknown
  /** The shape of the output. */
  readonly out: any
  /** A message where `in` is not taken, else `never`. */
  readonly problem: unknown
}

/** An unknown rank, `any` for tensors, is `number[]` here, since `any` would take every branch of a condition. */
export type Known<S> = 0 extends 1 & S ? number[] : S

/** The shape that F makes of S. What is unknown about S is unknown about the result, and nothing more. */
export type Apply<F extends ShapeFunction, S> = [S] extends [string]
  ? (F & { readonly in: number[] })['out']
  : (F & { readonly in: S })['out']

/** Why F does not take the shape S, or `never`. */
export type ApplyProblem<F extends ShapeFunction, S> = [S] extends [string]
  ? never
  : Message<(F & { readonly in: S })['problem']>

type Message<Problem> = unknown extends Problem ? never : Problem

/** The shape stays as it is. */
export interface SameShape extends ShapeFunction {
  readonly out: this['in']
  readonly problem: never
}

/** Nothing is known. What has any other shape function can be used in the place of what has this one. */
export interface AnyShape extends ShapeFunction {}

/** Only for the type checker: where layers and the like keep their shape function. */
export declare const shapes: unique symbol

/** What has a shape function. Generic signatures say the same, but cannot be asked what they give for a certain shape. */
export interface WithShapes<F extends ShapeFunction> {
  readonly [shapes]: F
}

import type { Tensor } from '../../tensor.js'
import type { Add } from '../arithmetic.js'
import type { Position } from '../axis.js'
import type { ShapeOf } from '../operand.js'
import type { Box, Meet, Shape } from '../shape.js'
import type { Insert } from './squeeze.js'

/** The shapes of several tensors. */
export type ShapesOf<Tensors extends readonly Tensor[]> = { -readonly [I in keyof Tensors]: ShapeOf<Tensors[I]> }

type ConcatTwo<A extends Shape, B extends Shape, At> = {
  -readonly [I in keyof A]: I extends keyof B
    ? I extends `${At & number}`
      ? Add<A[I] & number, B[I] & number>
      : Meet<A[I], B[I]>
    : never
}

type ConcatAll<Shapes extends readonly Shape[], At, Sofar extends Shape> = Shapes extends readonly [
  infer Head extends Shape,
  ...infer Tail extends readonly Shape[],
]
  ? number extends Head['length']
    ? any
    : ConcatTwo<Sofar, Head, At> extends infer Joined extends Shape
      ? ConcatAll<Tail, At, Joined>
      : any
  : Sofar

/** The shape of a list of tensors of shape A, however many, laid end to end along an axis. */
type ConcatList<A extends Shape, At> = number extends At
  ? any
  : { -readonly [I in keyof A]: I extends `${At & number}` ? number : A[I] }

/** The shape of tensors laid end to end along an axis. */
export type Concat<Shapes extends readonly Shape[], X extends number> = number extends Shapes[0]['length']
  ? any
  : number extends Shapes['length']
    ? ConcatList<Shapes[0], Position<Shapes[0]['length'], X>>
    : Shapes extends readonly [infer Head extends Shape, ...infer Tail extends readonly Shape[]]
      ? Position<Head['length'], X> extends infer At
        ? number extends At
          ? any
          : ConcatAll<Tail, At, Head>
        : any
      : any

type SizesProblem<Name extends string, A extends Shape, B extends Shape, At> = {
  [I in keyof A]: I extends `${At & number}`
    ? never
    : I extends keyof B
      ? Box<Meet<A[I], B[I]>> extends Box<never>
        ? `${Name}: sizes ${A[I] & number} and ${B[I] & number} differ on axis ${I & string}`
        : never
      : never
}[number]

type PairProblem<Name extends string, A extends Shape, B extends Shape, At> = number extends A['length'] | B['length']
  ? never
  : A['length'] extends B['length']
    ? SizesProblem<Name, A, B, At>
    : `${Name}: ranks ${A['length']} and ${B['length']} differ`

type FirstProblem<Name extends string, Head extends Shape, Others extends readonly Shape[], At> = {
  [I in keyof Others]: PairProblem<Name, Head, Others[I], At>
}[number]

/** The message for tensors that differ elsewhere than along the axis, else `never`. */
export type ConcatProblem<Shapes extends readonly Shape[], X extends number> = Shapes extends readonly [
  infer Head extends Shape,
  ...infer Tail extends readonly Shape[],
]
  ? number extends Head['length']
    ? never
    : Position<Head['length'], X> extends infer At
      ? number extends At
        ? never
        : FirstProblem<'concat', Head, Tail, At>
      : never
  : never

/** The shape of equal shapes laid along a new axis. */
export type Stack<Shapes extends readonly Shape[], X extends number> = number extends Shapes['length']
  ? Insert<Shapes[0], X, number>
  : Shapes extends readonly [infer Head extends Shape, ...infer Tail extends readonly Shape[]]
    ? ConcatAll<Tail, never, Head> extends infer Same extends Shape
      ? Insert<Same, X, Shapes['length']>
      : any
    : any

/** The message for stacking tensors of different shapes, else `never`. */
export type StackProblem<Shapes extends readonly Shape[]> = Shapes extends readonly [
  infer Head extends Shape,
  ...infer Tail extends readonly Shape[],
]
  ? FirstProblem<'stack', Head, Tail, never>
  : never

import type { Divide, Product, Subtract } from '../arithmetic.js'
import type { AxisProblem, Position } from '../axis.js'
import type { Show } from '../message.js'
import type { Box, First, Rest, Shape, Tail } from '../shape.js'

/** A shape without the first size that is `Size`; `'absent'` when it has none. */
type Without<S extends Shape, Size, Passed extends number[] = []> = S extends readonly [
  infer Head extends number,
  ...infer Tail extends Shape,
]
  ? [Box<Head>, Box<Size>] extends [Box<Size>, Box<Head>]
    ? [...Passed, ...Tail]
    : Without<Tail, Size, [...Passed, Head]>
  : 'absent'

/** What is left of two shapes when the sizes that both have are struck out: products then stay small. */
type StrikeOut<A extends Shape, B extends Shape, Kept extends number[] = []> = A extends readonly [
  infer Head extends number,
  ...infer Tail extends Shape,
]
  ? Without<B, Head extends 0 ? 'nothing' : Head> extends infer Others extends Shape
    ? StrikeOut<Tail, Others, Kept>
    : StrikeOut<Tail, B, [...Kept, Head]>
  : { a: Kept; b: B }

interface Leftovers {
  a: Shape
  b: Shape
}

/** The size that -1 stands for, `'remainder'` when none fits; `number` where the division would be dear. */
type Inferred<L extends Leftovers> = Divide<Product<L['a']>, Product<Extract<Without<L['b'], -1>, Shape>>>

/** Looked up by the text of a size: for a type parameter that is undecided, and anything goes. */
interface Choice<Size> {
  '-1': Size
  [other: string]: any
}

type Filled<Target extends Shape, Size> = {
  -readonly [I in keyof Target]: Box<Target[I]> extends Box<-1> ? Choice<Size>[`${Target[I]}`] : Target[I]
}

/** The size that −1 stands for. The text of the sizes is undecided while one is a type parameter, and the whole with it. */
type Remaining<A extends Shape, Target extends Shape> = `${A[number]}` extends infer _ extends string
  ? Inferred<StrikeOut<A, Target>>
  : never

/** The shape after reshape: the target, with -1 replaced by the size that is left. */
export type Reshape<A extends Shape, Target extends Shape> = number extends Target['length']
  ? any
  : number extends A['length']
    ? Filled<Target, number>
    : Filled<Target, Remaining<A, Target>>

type CountInferred<Target extends Shape, Found extends 0[] = []> = Target extends readonly [
  infer Head,
  ...infer Tail extends Shape,
]
  ? CountInferred<Tail, Head extends -1 ? [...Found, 0] : Found>
  : Found['length']

type Differ<L extends Leftovers> = Product<L['a']> extends Product<L['b']> ? false : true

/** The message for a target with another number of elements, else `never`. */
export type ReshapeProblem<A extends Shape, Target extends Shape> = number extends Target['length'] | A['length']
  ? never
  : CountInferred<Target> extends 0
    ? number extends A[number] | Target[number]
      ? never
      : Differ<StrikeOut<A, Target>> extends true
        ? `reshape: ${Product<A>} elements do not fit ${Show<Target>}`
        : never
    : CountInferred<Target> extends 1
      ? Without<Target, 0> extends Shape
        ? 'reshape: beside a size 0 a -1 could be anything; write it out'
        : Inferred<StrikeOut<A, Target>> extends 'remainder'
          ? `reshape: ${Product<A>} elements do not fit ${Show<Target>}`
          : never
      : 'reshape: only one size can be -1'

/** The shape with the axes from the position Start to End as one. */
type Joined<S extends Shape, Start, End> = number extends Start | End
  ? any
  : [...First<S, Start>, Product<[...Rest<First<S, End>, Start>, S[End & number]]>, ...Tail<Rest<S, End>>]

/** The shape after joining the axes from Start to End into one. */
export type Flatten<A extends Shape, X extends number, Y extends number> = number extends A['length']
  ? any
  : A extends readonly []
    ? [1]
    : Joined<A, Position<A['length'], X>, Position<A['length'], Y>>

/** The message for an axis that the shape does not have, else `never`. A scalar becomes [1] whatever is said. */
export type FlattenAxisProblem<A extends Shape, X> = A extends readonly [] ? never : AxisProblem<'flatten', A, X>

/** The message for a start behind the end, else `never`. */
export type FlattenProblem<A extends Shape, X extends number, Y extends number> = number extends A['length']
  ? never
  : A extends readonly []
    ? never
    : [Position<A['length'], X>, Position<A['length'], Y>] extends [
          infer Start extends number,
          infer End extends number,
        ]
      ? Subtract<End, Start> extends 'less'
        ? `flatten: axis ${X} lies behind axis ${Y}`
        : never
      : never

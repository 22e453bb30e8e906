// Size arithmetic as on paper, digit by digit: cheap for every size that fits in memory, where counting with tuples ends
// at 10,000. Inside, a number is its decimal digits from the ones upwards ('821' is 128, '' is 0), and no step carries what
// was found before, so that the compiler knows it again when another calculation comes by. Anything but literal sizes
// gives `number`.

/** A digit as a tuple of its length. */
interface Unary {
  '0': []
  '1': [0]
  '2': [0, 0]
  '3': [0, 0, 0]
  '4': [0, 0, 0, 0]
  '5': [0, 0, 0, 0, 0]
  '6': [0, 0, 0, 0, 0, 0]
  '7': [0, 0, 0, 0, 0, 0, 0]
  '8': [0, 0, 0, 0, 0, 0, 0, 0]
  '9': [0, 0, 0, 0, 0, 0, 0, 0, 0]
  [other: string]: 0[]
}

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

/** A tuple repeated as often as the digit says. */
interface Repeated<T extends 0[]> {
  '0': []
  '1': T
  '2': [...T, ...T]
  '3': [...T, ...T, ...T]
  '4': [...T, ...T, ...T, ...T]
  '5': [...T, ...T, ...T, ...T, ...T]
  '6': [...T, ...T, ...T, ...T, ...T, ...T]
  '7': [...T, ...T, ...T, ...T, ...T, ...T, ...T]
  '8': [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T]
  '9': [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T]
  [other: string]: 0[]
}

/** The digits of a literal size, from the ones upwards; `undefined` for anything else. */
type Digits<Text extends string> = Text extends `${infer Head extends Digit}${infer Tail}`
  ? Tail extends ''
    ? Head
    : Digits<Tail> extends infer Higher extends string
      ? `${Higher}${Head}`
      : undefined
  : undefined

type Reversed<Text extends string> = Text extends `${infer Head}${infer Tail}` ? `${Reversed<Tail>}${Head}` : ''

/** Without zeros in front of the number. */
type Trimmed<X extends string> = X extends `${infer Lower}0` ? Trimmed<Lower> : X

type ToNumber<X> = X extends ''
  ? 0
  : X extends string
    ? Reversed<X> extends `${infer N extends number}`
      ? N
      : number
    : number

/** A count below 100 as two digits. */
type TwoDigits<Count> = `${Count & number}` extends `${infer _}${infer Tail}`
  ? Tail extends ''
    ? `0${Count & number}`
    : `${Count & number}`
  : never

/** a · b + c + d as two digits. */
type MultiplyCell<A extends string, B extends string, C extends string, D extends string> = TwoDigits<
  [...Repeated<Unary[A]>[B], ...Unary[C], ...Unary[D]]['length']
>

/** a + b + c as two digits. */
type AddCell<A extends string, B extends string, C extends string> = TwoDigits<
  [...Unary[A], ...Unary[B], ...Unary[C]]['length']
>

/** 10 + a − b − c, below 20, as two digits: the first is 1 where nothing had to be borrowed. */
type SubtractCell<A extends string, B extends string, C extends string> = [...Unary['9'], 0, ...Unary[A]] extends [
  ...Unary[B],
  ...Unary[C],
  ...infer Left,
]
  ? TwoDigits<Left['length']>
  : never

/** X · factor + S, where S has at most as many digits as X. */
type MultiplyAdd<
  X extends string,
  Factor extends string,
  S extends string,
  Carry extends string,
> = X extends `${infer Head}${infer Tail}`
  ? S extends `${infer Plus}${infer Others}`
    ? MultiplyCell<Head, Factor, Plus, Carry> extends `${infer Over}${infer Ones}`
      ? `${Ones}${MultiplyAdd<Tail, Factor, Others, Over>}`
      : never
    : MultiplyCell<Head, Factor, '0', Carry> extends `${infer Over}${infer Ones}`
      ? `${Ones}${MultiplyAdd<Tail, Factor, '', Over>}`
      : never
  : Carry extends '0'
    ? ''
    : Carry

/** X · Y + S */
type Times<X extends string, Y extends string, S extends string = ''> = Y extends `${infer Factor}${infer Tail}`
  ? MultiplyAdd<X, Factor, S, '0'> extends `${infer Ones}${infer Over}`
    ? `${Ones}${Times<X, Tail, Over>}`
    : never
  : S

type Plus<X extends string, Y extends string, Carry extends string = '0'> = X extends `${infer A}${infer Tail}`
  ? Y extends `${infer B}${infer Others}`
    ? AddCell<A, B, Carry> extends `${infer Over}${infer Ones}`
      ? `${Ones}${Plus<Tail, Others, Over>}`
      : never
    : Carry extends '0'
      ? X
      : Plus<X, Carry>
  : Carry extends '0'
    ? Y
    : Y extends ''
      ? Carry
      : Plus<Y, Carry>

/** X − Y, or `'less'` where that is below 0. */
type Minus<X extends string, Y extends string, Borrowed extends '0' | '1' = '0'> = Y extends `${infer B}${infer Others}`
  ? X extends `${infer A}${infer Tail}`
    ? SubtractCell<A, B, Borrowed> extends `${infer Kept}${infer Ones}`
      ? Minus<Tail, Others, Kept extends '1' ? '0' : '1'> extends infer Higher extends string
        ? Higher extends 'less'
          ? 'less'
          : `${Ones}${Higher}`
        : never
      : never
    : 'less'
  : Borrowed extends '0'
    ? X
    : X extends ''
      ? 'less'
      : Minus<X, '1'>

interface Next {
  '0': '1'
  '1': '2'
  '2': '3'
  '3': '4'
  '4': '5'
  '5': '6'
  '6': '7'
  '7': '8'
  '8': '9'
}

/** How often Y goes into X, below ten times, and what is left. */
type Goes<X extends string, Y extends string, Count extends string = '0'> =
  Minus<X, Y> extends infer Left extends string
    ? Left extends 'less'
      ? [Count, X]
      : Goes<Trimmed<Left>, Y, Count extends keyof Next ? Next[Count] : never>
    : never

/** Long division of the digits in Text, from the highest on, by Y: [quotient, remainder]. */
type LongDivision<
  Text extends string,
  Y extends string,
  Remainder extends string = '',
  Quotient extends string = '',
> = Text extends `${infer Head}${infer Tail}`
  ? Goes<Trimmed<`${Head}${Remainder}`>, Y> extends [infer Times extends string, infer Left extends string]
    ? LongDivision<Tail, Y, Left, `${Times}${Quotient}`>
    : never
  : [Trimmed<Quotient>, Remainder]

/** A · B for literal sizes; `number` when one is unknown. */
export type Multiply<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : A extends 1
      ? B
      : B extends 1
        ? A
        : Digits<`${A}`> extends infer X extends string
          ? Digits<`${B}`> extends infer Y extends string
            ? ToNumber<Trimmed<Times<X, Y>>>
            : number
          : number

/** A + B for literal sizes; `number` when one is unknown. */
export type Add<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : A extends 0
      ? B
      : B extends 0
        ? A
        : Digits<`${A}`> extends infer X extends string
          ? Digits<`${B}`> extends infer Y extends string
            ? ToNumber<Plus<X, Y>>
            : number
          : number

/** A − B for literal sizes, `'less'` where that is below 0; `number` when one is unknown. */
export type Subtract<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : B extends 0
      ? A
      : Digits<`${A}`> extends infer X extends string
        ? Digits<`${B}`> extends infer Y extends string
          ? Minus<X, Y> extends infer Left extends string
            ? Left extends 'less'
              ? 'less'
              : ToNumber<Trimmed<Left>>
            : never
          : number
        : number

/** The number of elements of a shape; `number` when a size is unknown. */
export type Product<S extends readonly number[], Sofar extends number = 1> = S extends readonly [
  infer Size extends number,
  ...infer Rest extends readonly number[],
]
  ? Product<Rest, Multiply<Sofar, Size>>
  : Sofar

/** [⌊A / B⌋, A mod B] for literal sizes; `[number, number]` when one is unknown or B is 0. */
export type DivideWithRemainder<A extends number, B extends number> = number extends A
  ? [number, number]
  : number extends B
    ? [number, number]
    : B extends 0
      ? [number, number]
      : B extends 1
        ? [A, 0]
        : Digits<`${B}`> extends infer Y extends string
          ? Digits<`${A}`> extends string
            ? LongDivision<`${A}`, Y> extends [infer Quotient, infer Remainder]
              ? [ToNumber<Quotient>, ToNumber<Remainder>]
              : never
            : [number, number]
          : [number, number]

/** ⌊A / B⌋ for literal sizes; `number` when one is unknown or B is 0. */
export type FloorDivide<A extends number, B extends number> = DivideWithRemainder<A, B>[0]

/** A / B for literal sizes, `'remainder'` when it does not go; else `number`. */
export type Divide<A extends number, B extends number> =
  DivideWithRemainder<A, B> extends [infer Quotient, infer Remainder]
    ? number extends Remainder
      ? number
      : Remainder extends 0
        ? Quotient
        : 'remainder'
    : never

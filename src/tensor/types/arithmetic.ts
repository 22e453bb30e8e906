// Size arithmetic on decimal digits, the least significant digit first: cheap for every size that fits in memory,
// where counting with tuples ends at 10,000. Anything but literal sizes gives `number`.

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
}

type Digit = keyof Unary

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
}

type Digits<Text extends string, Read extends Digit[] = []> = Text extends `${infer Head extends Digit}${infer Tail}`
  ? Digits<Tail, [Head, ...Read]>
  : Read

type Joined<D extends Digit[], Text extends string = ''> = D extends [
  infer Head extends Digit,
  ...infer Tail extends Digit[],
]
  ? Joined<Tail, `${Head}${Text}`>
  : Text

type WithoutLeadingZeros<Text extends string> = Text extends `0${infer Tail}`
  ? Tail extends ''
    ? '0'
    : WithoutLeadingZeros<Tail>
  : Text

type ToNumber<D extends Digit[]> = WithoutLeadingZeros<Joined<D>> extends `${infer N extends number}` ? N : number

/** [carry, digit] of a count below 100. */
type CarryAndDigit<Count> = `${Count & number}` extends `${infer Tens extends Digit}${infer Ones extends Digit}`
  ? [Tens, Ones]
  : ['0', `${Count & number}`]

/** The digits of D · Factor + Sum, where Sum has at most as many digits as D. */
type MultiplyAdd<
  D extends Digit[],
  Factor extends Digit,
  Sum extends Digit[],
  Carry extends Digit = '0',
  Done extends Digit[] = [],
> = D extends [infer Head extends Digit, ...infer Tail extends Digit[]]
  ? Sum extends [infer Plus extends Digit, ...infer SumTail extends Digit[]]
    ? CarryAndDigit<[...Repeated<Unary[Head]>[Factor], ...Unary[Plus], ...Unary[Carry]]['length']> extends [
        infer Over extends Digit,
        infer Ones extends Digit,
      ]
      ? MultiplyAdd<Tail, Factor, SumTail, Over, [...Done, Ones]>
      : never
    : MultiplyAdd<D, Factor, ['0'], Carry, Done>
  : [...Done, Carry]

type MultiplyDigits<
  A extends Digit[],
  B extends Digit[],
  Sum extends Digit[] = [],
  Done extends Digit[] = [],
> = B extends [infer Factor extends Digit, ...infer Tail extends Digit[]]
  ? MultiplyAdd<A, Factor, Sum> extends [infer Ones extends Digit, ...infer Over extends Digit[]]
    ? MultiplyDigits<A, Tail, Over, [...Done, Ones]>
    : never
  : [...Done, ...Sum]

type AddDigits<A extends Digit[], B extends Digit[], Carry extends Digit = '0', Done extends Digit[] = []> = A extends [
  infer X extends Digit,
  ...infer Rest extends Digit[],
]
  ? B extends [infer Y extends Digit, ...infer Others extends Digit[]]
    ? CarryAndDigit<[...Unary[X], ...Unary[Y], ...Unary[Carry]]['length']> extends [
        infer Over extends Digit,
        infer Ones extends Digit,
      ]
      ? AddDigits<Rest, Others, Over, [...Done, Ones]>
      : never
    : AddDigits<A, ['0'], Carry, Done>
  : B extends []
    ? [...Done, Carry]
    : AddDigits<['0'], B, Carry, Done>

/** A · B for literal sizes; `number` when one is unknown. */
export type Multiply<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : A extends 1
      ? B
      : B extends 1
        ? A
        : ToNumber<MultiplyDigits<Digits<`${A}`>, Digits<`${B}`>>>

/** A + B for literal sizes; `number` when one is unknown. */
export type Add<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : ToNumber<AddDigits<Digits<`${A}`>, Digits<`${B}`>>>

/** The number of elements of a shape; `number` when a size is unknown. */
export type Product<S extends readonly number[], Sofar extends number = 1> = S extends readonly [
  infer Size extends number,
  ...infer Rest extends readonly number[],
]
  ? Product<Rest, Multiply<Sofar, Size>>
  : Sofar

/** Takes a divisor, as a tuple, away from a remainder until it no longer fits: [quotient, what is left]. */
type TakeAway<Remainder extends 0[], Divisor extends 0[], Times extends 0[] = []> = Remainder extends [
  ...Divisor,
  ...infer Left extends 0[],
]
  ? TakeAway<Left, Divisor, [...Times, 0]>
  : [`${Times['length']}`, Remainder]

type TuplesBelow100<Text extends string> = Text extends `${infer Tens extends Digit}${infer Ones extends Digit}`
  ? [...Repeated<Repeated<[0]>['9']>['1'], 0] extends infer Ten extends 0[]
    ? [...Repeated<Ten>[Tens], ...Unary[Ones]]
    : never
  : Text extends Digit
    ? Unary[Text]
    : 'large'

type LongDivision<
  Text extends string,
  Divisor extends 0[],
  Remainder extends 0[] = [],
  Quotient extends string = '',
> = Text extends `${infer Head extends Digit}${infer Tail}`
  ? TakeAway<[...Repeated<Remainder>['5'], ...Repeated<Remainder>['5'], ...Unary[Head]], Divisor> extends [
      infer Times extends string,
      infer Left extends 0[],
    ]
    ? LongDivision<Tail, Divisor, Left, `${Quotient}${Times}`>
    : never
  : Remainder extends []
    ? WithoutLeadingZeros<Quotient> extends `${infer N extends number}`
      ? N
      : number
    : 'remainder'

/** A / B for literal sizes with B below 100, `'remainder'` when it does not go; else `number`. */
export type Divide<A extends number, B extends number> = number extends A | B
  ? number
  : B extends 0
    ? number
    : TuplesBelow100<`${B}`> extends infer Divisor extends 0[]
      ? LongDivision<`${A}`, Divisor>
      : number

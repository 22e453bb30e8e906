import type { WindowPadding } from '../../operations/index.js'

// How many places a window has along an axis. Sizes up to 999 are counted with tuples; beyond, the number is left open.

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

interface Counted {
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

type TenTimes<T extends 0[]> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T]

/** A tuple of N entries. */
type Tuple<N extends number> = `${N}` extends `${infer A extends Digit}`
  ? Counted[A]
  : `${N}` extends `${infer A extends Digit}${infer B extends Digit}`
    ? [...TenTimes<Counted[A]>, ...Counted[B]]
    : `${N}` extends `${infer A extends Digit}${infer B extends Digit}${infer C extends Digit}`
      ? [...TenTimes<[...TenTimes<Counted[A]>, ...Counted[B]]>, ...Counted[C]]
      : 'large'

/** ⌊(size − window) / stride⌋ + 1, or 0 where the window does not fit. */
type Steps<Size extends 0[], Window extends 0[], Stride extends 0[], Found extends 0[] = []> = Size extends [
  ...Window,
  ...infer Rest extends 0[],
]
  ? Stride extends [0]
    ? [0, ...Rest]['length']
    : Size extends [...Stride, ...infer Next extends 0[]]
      ? Steps<Next, Window, Stride, [...Found, 0]>
      : [...Found, 0]['length']
  : Found['length']

/** ⌈size / stride⌉ */
type Ceiling<Size extends 0[], Stride extends 0[], Found extends 0[] = []> = Size extends []
  ? Found['length']
  : Size extends [...Stride, ...infer Rest extends 0[]]
    ? Ceiling<Rest, Stride, [...Found, 0]>
    : [...Found, 0]['length']

type Padded<Size extends 0[], Padding> = Padding extends number
  ? Tuple<Padding> extends infer Margin extends 0[]
    ? [...Size, ...Margin, ...Margin]
    : 'large'
  : Size

type CountedPlaces<Size, Window, Stride, Padding> = Size extends 0[]
  ? Window extends 0[]
    ? Stride extends [0, ...0[]]
      ? Padding extends 'same'
        ? Ceiling<Size, Stride>
        : Padded<Size, Padding> extends infer Whole extends 0[]
          ? Steps<Whole, Window, Stride>
          : number
      : number
    : number
  : number

/** The places of a window along an axis of `Size`; `number` where something is not known. */
export type Places<
  Size extends number,
  Window extends number,
  Stride extends number,
  Padding extends WindowPadding,
> = Padding extends 'same'
  ? Stride extends 1
    ? Size
    : Literal<Size, Window, Stride, Padding>
  : Literal<Size, Window, Stride, Padding>

type Literal<Size extends number, Window extends number, Stride extends number, Padding> = number extends
  | Size
  | Window
  | Stride
  | Padding
  ? number
  : Padding extends 'same' | 'valid' | number
    ? CountedPlaces<Tuple<Size>, Tuple<Window>, Tuple<Stride>, Padding>
    : number

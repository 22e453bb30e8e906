import type { Broadcast, BroadcastProblem } from './broadcast.js'
import type { Box, Meet, Shape } from './shape.js'

type Sizes = Record<string, number>

/** What is known so far: the sizes of the letters, and the axes behind ellipses, which broadcast. */
interface Known {
  sizes: Sizes
  hidden: Shape
}

/** Letters bound to the first axes: their sizes and the axes left over, or a message. */
type FromTheLeft<
  Letters extends string,
  A extends Shape,
  K extends Sizes,
  Term extends string,
> = Letters extends `${infer Letter}${infer Others}`
  ? number extends A['length']
    ? { sizes: K; rest: A }
    : A extends readonly [infer Size extends number, ...infer Rest extends Shape]
      ? Bound<Letter, Size, K> extends infer Next
        ? Next extends Sizes
          ? FromTheLeft<Others, Rest, Next, Term>
          : Next
        : never
      : `einsum: "${Term}" has more letters than its tensor has axes`
  : { sizes: K; rest: A }

/** The same with the last axes; letters come in reading order. */
type FromTheRight<
  Letters extends string,
  A extends Shape,
  K extends Sizes,
  Term extends string,
> = Letters extends `${infer Letter}${infer Others}`
  ? FromTheRight<Others, A, K, Term> extends infer After
    ? After extends { sizes: infer Next extends Sizes; rest: infer Rest extends Shape }
      ? number extends Rest['length']
        ? After
        : Rest extends readonly [...infer Front extends Shape, infer Size extends number]
          ? Bound<Letter, Size, Next> extends infer Bigger
            ? Bigger extends Sizes
              ? { sizes: Bigger; rest: Front }
              : Bigger
            : never
          : `einsum: "${Term}" has more letters than its tensor has axes`
      : After
    : never
  : { sizes: K; rest: A }

type Bound<Letter extends string, Size extends number, K extends Sizes> = Letter extends keyof K
  ? Box<Meet<K[Letter], Size>> extends Box<never>
    ? `einsum: ${Letter} is ${K[Letter]} and ${Size}`
    : number extends K[Letter]
      ? Omit<K, Letter> & Record<Letter, Size>
      : K
  : K & Record<Letter, Size>

/** What is known after one more term, or a message. */
type BindTerm<Term extends string, A extends Shape, K extends Known> = Term extends `${infer Before}...${infer After}`
  ? FromTheLeft<Before, A, K['sizes'], Term> extends infer Left
    ? Left extends { sizes: infer Some extends Sizes; rest: infer Rest extends Shape }
      ? FromTheRight<After, Rest, Some, Term> extends infer Right
        ? Right extends { sizes: infer All extends Sizes; rest: infer Middle extends Shape }
          ? [BroadcastProblem<K['hidden'], Middle>] extends [never]
            ? { sizes: All; hidden: Broadcast<K['hidden'], Middle> }
            : `einsum: ${BroadcastProblem<K['hidden'], Middle>}`
          : Right
        : never
      : Left
    : never
  : FromTheLeft<Term, A, K['sizes'], Term> extends infer Left
    ? Left extends { sizes: infer All extends Sizes; rest: infer Rest extends Shape }
      ? 0 extends Rest['length']
        ? { sizes: All; hidden: K['hidden'] }
        : number extends Rest['length']
          ? { sizes: All; hidden: K['hidden'] }
          : `einsum: "${Term}" has fewer letters than its tensor has axes`
      : Left
    : never

type Bind<Terms extends string, Shapes extends readonly Shape[], K extends Known> = Shapes extends readonly [
  infer A extends Shape,
  ...infer Others extends readonly Shape[],
]
  ? Terms extends `${infer Term},${infer Rest}`
    ? BindTerm<Term, A, K> extends infer Next
      ? Next extends Known
        ? Bind<Rest, Others, Next>
        : Next
      : never
    : Others extends readonly []
      ? BindTerm<Terms, A, K>
      : 'einsum: more tensors than terms'
  : 'einsum: fewer tensors than terms'

interface Nothing {
  sizes: Record<never, never>
  hidden: []
}

type Letters<Text extends string, K extends Sizes> = Text extends `${infer Letter}${infer Rest}`
  ? [Letter extends keyof K ? K[Letter] : number, ...Letters<Rest, K>]
  : []

type OutputShape<Output extends string, K extends Known> = Output extends `${infer Before}...${infer After}`
  ? number extends K['hidden']['length']
    ? any
    : [...Letters<Before, K['sizes']>, ...K['hidden'], ...Letters<After, K['sizes']>]
  : Letters<Output, K['sizes']>

type OutputProblem<Output extends string, Terms extends string> = Output extends `${infer Letter}${infer Rest}`
  ? Letter extends '.'
    ? OutputProblem<Rest, Terms>
    : Rest extends `${string}${Letter}${string}`
      ? `einsum: ${Letter} is named twice on the right`
      : Terms extends `${string}${Letter}${string}`
        ? OutputProblem<Rest, Terms>
        : `einsum: ${Letter} is in no term on the left`
  : never

type WithoutSpaces<Text extends string> = Text extends `${infer Head} ${infer Tail}`
  ? WithoutSpaces<`${Head}${Tail}`>
  : Text

/** Equations without an arrow, or not literal, are left to the run time. */
type Split<Equation extends string> =
  WithoutSpaces<Equation> extends `${infer Terms}->${infer Output}` ? { terms: Terms; output: Output } : undefined

/** The shape of an einsum: the sizes of the letters after the arrow. */
export type Einsum<Equation extends string, Shapes extends readonly Shape[]> =
  Split<Equation> extends {
    terms: infer Terms extends string
    output: infer Output extends string
  }
    ? Bind<Terms, Shapes, Nothing> extends infer K extends Known
      ? OutputShape<Output, K>
      : any
    : any

/** The message for an equation that does not fit its tensors, else `never`. */
export type EinsumProblem<Equation extends string, Shapes extends readonly Shape[]> =
  Split<Equation> extends {
    terms: infer Terms extends string
    output: infer Output extends string
  }
    ? Bind<Terms, Shapes, Nothing> extends infer Problem extends string
      ? Problem
      : OutputProblem<Output, Terms>
    : never

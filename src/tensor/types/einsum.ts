import type { Box, Meet, Shape } from './shape.js'

type Sizes = Record<string, number>

/** The sizes of the letters of one term, added to those known; a message when a size or the rank disagrees. */
type BindTerm<
  Term extends string,
  A extends Shape,
  Known extends Sizes,
  Whole extends string,
> = number extends A['length']
  ? Known
  : Term extends `${infer Letter}${infer Letters}`
    ? A extends readonly [infer Size extends number, ...infer Rest extends Shape]
      ? Letter extends keyof Known
        ? Box<Meet<Known[Letter], Size>> extends Box<never>
          ? `einsum: ${Letter} is ${Known[Letter]} and ${Size}`
          : BindTerm<Letters, Rest, Known & Record<Letter, Size>, Whole>
        : BindTerm<Letters, Rest, Known & Record<Letter, Size>, Whole>
      : `einsum: "${Whole}" has more letters than its tensor has axes`
    : A extends readonly []
      ? Known
      : `einsum: "${Whole}" has fewer letters than its tensor has axes`

type Bind<Terms extends string, Shapes extends readonly Shape[], Known extends Sizes> = Shapes extends readonly [
  infer A extends Shape,
  ...infer Others extends readonly Shape[],
]
  ? Terms extends `${infer Term},${infer Rest}`
    ? BindTerm<Term, A, Known, Term> extends infer Next
      ? Next extends Sizes
        ? Bind<Rest, Others, Next>
        : Next
      : never
    : Others extends readonly []
      ? BindTerm<Terms, A, Known, Terms>
      : 'einsum: more tensors than terms'
  : 'einsum: fewer tensors than terms'

type OutputShape<Letters extends string, Known extends Sizes> = Letters extends `${infer Letter}${infer Rest}`
  ? [Letter extends keyof Known ? Known[Letter] : number, ...OutputShape<Rest, Known>]
  : []

type OutputProblem<Letters extends string, Terms extends string> = Letters extends `${infer Letter}${infer Rest}`
  ? Terms extends `${string}${Letter}${string}`
    ? OutputProblem<Rest, Terms>
    : `einsum: ${Letter} is in no term on the left`
  : never

type WithoutSpaces<Text extends string> = Text extends `${infer Head} ${infer Tail}`
  ? WithoutSpaces<`${Head}${Tail}`>
  : Text

/** Equations with an ellipsis, without an arrow, or not literal are left to the run time. */
type Split<Equation extends string> = Equation extends `${string}.${string}`
  ? undefined
  : WithoutSpaces<Equation> extends `${infer Terms}->${infer Output}`
    ? { terms: Terms; output: Output }
    : undefined

/** The shape of an einsum: the sizes of the letters after the arrow. */
export type Einsum<Equation extends string, Shapes extends readonly Shape[]> =
  Split<Equation> extends {
    terms: infer Terms extends string
    output: infer Output extends string
  }
    ? Bind<Terms, Shapes, Record<never, never>> extends infer Known extends Sizes
      ? OutputShape<Output, Known>
      : any
    : any

/** The message for an equation that does not fit its tensors, else `never`. */
export type EinsumProblem<Equation extends string, Shapes extends readonly Shape[]> =
  Split<Equation> extends {
    terms: infer Terms extends string
    output: infer Output extends string
  }
    ? Bind<Terms, Shapes, Record<never, never>> extends infer Problem extends string
      ? Problem
      : OutputProblem<Output, Terms>
    : never

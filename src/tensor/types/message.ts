type Sizes<S> = S extends readonly [infer Size, ...infer Rest]
  ? `${Text<Size, S>}${Rest extends readonly [] ? '' : `, ${Sizes<Rest>}`}`
  : ''

/** `never`, once it is known what the size is. */
type Unsettled<Size> = [Size] extends [never] ? 0 : never

/**
 * What is said of a size. A type parameter is "number" at once, so that a message is complete as soon as there is one: it is the
 * only size that leaves open whether anything is `never`. `Whole`, the tuple that the size is of, only keeps the compiler from
 * deciding that here.
 */
export type Text<Size, Whole> = { of: Unsettled<Size> } & Whole extends { of: never }
  ? `${number extends Size ? 'number' : Size & number}`
  : 'number'

/** A shape as it stands in a message: `[128, 10]`. */
export type Show<S> = `[${Sizes<S>}]`

/**
 * The type of an argument that is a `T` unless there is a problem: then it is the message, which no argument fits, so
 * that the compiler prints it. `Problem` is `never` when all is well. Where a type parameter leaves that open, every
 * argument passes (`any` swallows the message when the compiler intersects the three entries): generic code is
 * checked when it runs.
 */
export type Unless<Problem, T> = [Problem] extends [never]
  ? T
  : { wrong: Problem; undecided: any }[0 extends Problem ? 'undecided' : 'wrong']

/** The same for a number or a list. The second part keeps lists literal where the first is undecided. */
export type UnlessListed<Problem, X> = Unless<Problem, X> | (X & readonly unknown[] & Unless<Problem, unknown>)

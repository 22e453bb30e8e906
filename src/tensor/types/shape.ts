/** The sizes of a tensor, outermost first. In types: `number` is an unknown size, `any` an unknown rank. */
export type Shape = readonly number[]

/**
 * What assignability of tensors is decided on. An unknown size is `any` here, so that it fits every size in both
 * directions; known sizes must agree. An unknown rank fits everything.
 */
export type Loose<S extends Shape> = number extends S['length']
  ? any
  : { readonly [I in keyof S]: number extends S[I] ? any : S[I] }

/**
 * A box around a type. `Box<A> extends Box<B>` compares without distributing over unions, and, unlike the literal
 * spelling `[A] extends [B]`, is decided at once where the answer does not depend on a type parameter.
 */
export type Box<T> = [T]

/** `true` where the rank is not known: `any` and `number[]`. */
export type Unranked<S extends Shape> = number extends S['length'] ? true : false

/** The one size two axes agree on: a known size wins over an unknown one; `never` when both are known and differ. */
export type Meet<A, B> = Box<A> extends Box<B> ? A : Box<B> extends Box<A> ? B : never

/** A tuple type without `readonly`, as shapes are written. */
export type Writable<S extends Shape> = { -readonly [I in keyof S]: S[I] }

/** The first sizes of a shape, as many as `Count` says. */
export type First<S extends Shape, Count, Taken extends number[] = []> = Taken['length'] extends Count
  ? Taken
  : S extends readonly [infer Size extends number, ...infer Rest extends Shape]
    ? First<Rest, Count, [...Taken, Size]>
    : Taken

/** The sizes of a shape after the first `Count`. */
export type Rest<S extends Shape, Count, Skipped extends 0[] = []> = Skipped['length'] extends Count
  ? S
  : S extends readonly [unknown, ...infer Tail extends Shape]
    ? Rest<Tail, Count, [...Skipped, 0]>
    : []

/** The sizes in the opposite order. */
export type Reverse<S extends Shape> = S extends readonly [...infer Front extends Shape, infer Last extends number]
  ? [Last, ...Reverse<Front>]
  : []

/** The shape without its first axis. */
export type Tail<S extends Shape> = S extends readonly [unknown, ...infer Others extends Shape] ? Others : []

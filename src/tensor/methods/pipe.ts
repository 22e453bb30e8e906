import type { Tensor } from '../tensor.js'
import type { Passed, Shape, Stage } from '../types/index.js'

/** Passes a tensor through functions and modules, one after the other. */
export interface Pipe {
  <S extends Shape, A extends Stage<Tensor<S>>>(this: Tensor<S>, a: A): Passed<[A], S>
  <S extends Shape, A extends Stage<Tensor<S>>, B extends Stage<Passed<[A], S>>>(
    this: Tensor<S>,
    a: A,
    b: B,
  ): Passed<[A, B], S>
  <S extends Shape, A extends Stage<Tensor<S>>, B extends Stage<Passed<[A], S>>, C extends Stage<Passed<[A, B], S>>>(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
  ): Passed<[A, B, C], S>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Passed<[A], S>>,
    C extends Stage<Passed<[A, B], S>>,
    D extends Stage<Passed<[A, B, C], S>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
  ): Passed<[A, B, C, D], S>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Passed<[A], S>>,
    C extends Stage<Passed<[A, B], S>>,
    D extends Stage<Passed<[A, B, C], S>>,
    E extends Stage<Passed<[A, B, C, D], S>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
  ): Passed<[A, B, C, D, E], S>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Passed<[A], S>>,
    C extends Stage<Passed<[A, B], S>>,
    D extends Stage<Passed<[A, B, C], S>>,
    E extends Stage<Passed<[A, B, C, D], S>>,
    F extends Stage<Passed<[A, B, C, D, E], S>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
  ): Passed<[A, B, C, D, E, F], S>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Passed<[A], S>>,
    C extends Stage<Passed<[A, B], S>>,
    D extends Stage<Passed<[A, B, C], S>>,
    E extends Stage<Passed<[A, B, C, D], S>>,
    F extends Stage<Passed<[A, B, C, D, E], S>>,
    G extends Stage<Passed<[A, B, C, D, E, F], S>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
  ): Passed<[A, B, C, D, E, F, G], S>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Passed<[A], S>>,
    C extends Stage<Passed<[A, B], S>>,
    D extends Stage<Passed<[A, B, C], S>>,
    E extends Stage<Passed<[A, B, C, D], S>>,
    F extends Stage<Passed<[A, B, C, D, E], S>>,
    G extends Stage<Passed<[A, B, C, D, E, F], S>>,
    H extends Stage<Passed<[A, B, C, D, E, F, G], S>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
  ): Passed<[A, B, C, D, E, F, G, H], S>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Passed<[A], S>>,
    C extends Stage<Passed<[A, B], S>>,
    D extends Stage<Passed<[A, B, C], S>>,
    E extends Stage<Passed<[A, B, C, D], S>>,
    F extends Stage<Passed<[A, B, C, D, E], S>>,
    G extends Stage<Passed<[A, B, C, D, E, F], S>>,
    H extends Stage<Passed<[A, B, C, D, E, F, G], S>>,
    I extends Stage<Passed<[A, B, C, D, E, F, G, H], S>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
    i: I,
  ): Passed<[A, B, C, D, E, F, G, H, I], S>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Passed<[A], S>>,
    C extends Stage<Passed<[A, B], S>>,
    D extends Stage<Passed<[A, B, C], S>>,
    E extends Stage<Passed<[A, B, C, D], S>>,
    F extends Stage<Passed<[A, B, C, D, E], S>>,
    G extends Stage<Passed<[A, B, C, D, E, F], S>>,
    H extends Stage<Passed<[A, B, C, D, E, F, G], S>>,
    I extends Stage<Passed<[A, B, C, D, E, F, G, H], S>>,
    J extends Stage<Passed<[A, B, C, D, E, F, G, H, I], S>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
    i: I,
    j: J,
  ): Passed<[A, B, C, D, E, F, G, H, I, J], S>
}

function through(this: unknown, ...stages: readonly Stage<unknown>[]): unknown {
  return stages.reduce((x, stage) => (typeof stage === 'function' ? stage(x) : stage.forward(x)), this)
}

/** The method that composes. */
export const composition = {
  /**
   * The result of passing this through functions and modules, one after the other.
   *
   * @example x.pipe(convolution, relu, (x) => x.flatten(1), linear)
   */
  pipe: through as Pipe,
}

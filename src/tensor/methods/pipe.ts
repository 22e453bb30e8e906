import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import type { Tensor } from '../tensor.js'
import type { Shape, Stage, Then } from '../types/index.js'

/** Passes a tensor through functions and modules, one after the other. */
export interface Pipe {
  <S extends Shape, A extends Stage<Tensor<S>>>(this: Tensor<S>, a: A): Then<Tensor<S>, A>
  <S extends Shape, A extends Stage<Tensor<S>>, B extends Stage<Then<Tensor<S>, A>>>(
    this: Tensor<S>,
    a: A,
    b: B,
  ): Then<Then<Tensor<S>, A>, B>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
  ): Then<Then<Then<Tensor<S>, A>, B>, C>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
    D extends Stage<Then<Then<Then<Tensor<S>, A>, B>, C>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
  ): Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
    D extends Stage<Then<Then<Then<Tensor<S>, A>, B>, C>>,
    E extends Stage<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
  ): Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
    D extends Stage<Then<Then<Then<Tensor<S>, A>, B>, C>>,
    E extends Stage<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>>,
    F extends Stage<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
  ): Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
    D extends Stage<Then<Then<Then<Tensor<S>, A>, B>, C>>,
    E extends Stage<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>>,
    F extends Stage<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>>,
    G extends Stage<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>>,
  >(
    this: Tensor<S>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
  ): Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
    D extends Stage<Then<Then<Then<Tensor<S>, A>, B>, C>>,
    E extends Stage<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>>,
    F extends Stage<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>>,
    G extends Stage<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>>,
    H extends Stage<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>>,
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
  ): Then<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>, H>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
    D extends Stage<Then<Then<Then<Tensor<S>, A>, B>, C>>,
    E extends Stage<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>>,
    F extends Stage<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>>,
    G extends Stage<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>>,
    H extends Stage<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>>,
    I extends Stage<Then<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>, H>>,
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
  ): Then<Then<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>, H>, I>
  <
    S extends Shape,
    A extends Stage<Tensor<S>>,
    B extends Stage<Then<Tensor<S>, A>>,
    C extends Stage<Then<Then<Tensor<S>, A>, B>>,
    D extends Stage<Then<Then<Then<Tensor<S>, A>, B>, C>>,
    E extends Stage<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>>,
    F extends Stage<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>>,
    G extends Stage<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>>,
    H extends Stage<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>>,
    I extends Stage<Then<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>, H>>,
    J extends Stage<Then<Then<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>, H>, I>>,
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
  ): Then<Then<Then<Then<Then<Then<Then<Then<Then<Then<Tensor<S>, A>, B>, C>, D>, E>, F>, G>, H>, I>, J>
}

function through(this: unknown, ...stages: readonly Stage<unknown>[]): unknown {
  return stages.reduce((x: unknown, stage, i) => {
    if (typeof stage === 'function') return stage(x)
    if (typeof stage === 'object' && stage !== null && typeof stage.forward === 'function') return stage.forward(x)
    return fail(
      `pipe: stage ${i} is ${describe(stage)}`,
      cureFor(stage, 'Pass functions, layers and modules with forward(x).'),
    )
  }, this)
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

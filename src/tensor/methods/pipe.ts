import type { Tensor } from '../tensor.js'
import type { Shape, Stage } from '../types/index.js'

/** Passes a tensor through functions and modules, one after the other. */
export interface Pipe {
  <S extends Shape, A>(this: Tensor<S>, a: Stage<Tensor<S>, A>): A
  <S extends Shape, A, B>(this: Tensor<S>, a: Stage<Tensor<S>, A>, b: Stage<A, B>): B
  <S extends Shape, A, B, C>(this: Tensor<S>, a: Stage<Tensor<S>, A>, b: Stage<A, B>, c: Stage<B, C>): C
  <S extends Shape, A, B, C, D>(
    this: Tensor<S>,
    a: Stage<Tensor<S>, A>,
    b: Stage<A, B>,
    c: Stage<B, C>,
    d: Stage<C, D>,
  ): D
  <S extends Shape, A, B, C, D, E>(
    this: Tensor<S>,
    a: Stage<Tensor<S>, A>,
    b: Stage<A, B>,
    c: Stage<B, C>,
    d: Stage<C, D>,
    e: Stage<D, E>,
  ): E
  <S extends Shape, A, B, C, D, E, F>(
    this: Tensor<S>,
    a: Stage<Tensor<S>, A>,
    b: Stage<A, B>,
    c: Stage<B, C>,
    d: Stage<C, D>,
    e: Stage<D, E>,
    f: Stage<E, F>,
  ): F
  <S extends Shape, A, B, C, D, E, F, G>(
    this: Tensor<S>,
    a: Stage<Tensor<S>, A>,
    b: Stage<A, B>,
    c: Stage<B, C>,
    d: Stage<C, D>,
    e: Stage<D, E>,
    f: Stage<E, F>,
    g: Stage<F, G>,
  ): G
  <S extends Shape, A, B, C, D, E, F, G, H>(
    this: Tensor<S>,
    a: Stage<Tensor<S>, A>,
    b: Stage<A, B>,
    c: Stage<B, C>,
    d: Stage<C, D>,
    e: Stage<D, E>,
    f: Stage<E, F>,
    g: Stage<F, G>,
    h: Stage<G, H>,
  ): H
  <S extends Shape, A, B, C, D, E, F, G, H, I>(
    this: Tensor<S>,
    a: Stage<Tensor<S>, A>,
    b: Stage<A, B>,
    c: Stage<B, C>,
    d: Stage<C, D>,
    e: Stage<D, E>,
    f: Stage<E, F>,
    g: Stage<F, G>,
    h: Stage<G, H>,
    i: Stage<H, I>,
  ): I
  <S extends Shape, A, B, C, D, E, F, G, H, I, J>(
    this: Tensor<S>,
    a: Stage<Tensor<S>, A>,
    b: Stage<A, B>,
    c: Stage<B, C>,
    d: Stage<C, D>,
    e: Stage<D, E>,
    f: Stage<E, F>,
    g: Stage<F, G>,
    h: Stage<G, H>,
    i: Stage<H, I>,
    j: Stage<I, J>,
  ): J
}

function through(this: unknown, ...stages: readonly Stage<unknown, unknown>[]): unknown {
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

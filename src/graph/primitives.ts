import type { DType } from '../core/dtype.js'
import type { Shape } from '../core/shape.js'
import type { Graph } from './graph.js'
import type { Node } from './node.js'

/** What a value is made of: element type and sizes. */
export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
}

type None = Readonly<Record<never, never>>

/** Low and high padding of one axis. */
export type Padding = readonly [low: number, high: number]

/** Windows that move over the spatial axes of `[batch, …spatial, channels]`. */
export interface WindowAttributes {
  readonly window: Shape
  readonly strides: Shape
  readonly padding: readonly Padding[]
}

export interface ConvAttributes {
  readonly strides: Shape
  readonly padding: readonly Padding[]
  /** Distance between input elements: n − 1 zeros are put between neighbours. */
  readonly inputDilation: Shape
  readonly kernelDilation: Shape
  readonly groups: number
}

/** A gradient written by hand: cotangents of the inputs from inputs, outputs and the cotangents of the outputs. */
export type CustomGradient = (
  inputs: readonly Node[],
  outputs: readonly Node[],
  cotangents: readonly Node[],
) => readonly (Node | undefined)[]

/** What the user has called, where that is another operation: for what fails while the program runs. */
export interface Caller {
  readonly operation?: string
}

/**
 * The primitives and what each carries beside its inputs. Everything that Shapewise computes is made of these.
 * Primitives are strict: inputs of elementwise ones have equal shapes and dtypes; nothing broadcasts or promotes.
 */
export interface Attributes {
  // sources
  /** A scalar known when the graph is built. */
  constant: TensorType & { readonly shape: readonly []; readonly value: number }
  /** A value that comes from outside: an argument, a variable, or data. */
  input: TensorType & { readonly name?: string }
  /** The index along `axis`. */
  iota: TensorType & { readonly axis: number }
  /** Threefry-2x32 words for a uint32[2] key. */
  randomBits: { readonly shape: Shape }

  // unary, elementwise
  neg: None
  exp: None
  expm1: None
  log: None
  log1p: None
  sqrt: None
  reciprocal: None
  sin: None
  cos: None
  atan: None
  tanh: None
  erf: None
  /** −0 stays −0. */
  floor: None
  /** Logical on bool, bitwise on integers. */
  not: None
  /**
   * Floats as integers lose their fraction and wrap modulo 2ⁿ, as int32 arithmetic does; NaN and infinities give 0. As bool
   * everything but 0 and −0 is true, NaN too.
   */
  cast: { readonly dtype: DType }
  /** The same bytes read as another dtype of the same width. */
  bitcast: { readonly dtype: DType }
  /** The identity, through which no gradient flows. */
  stopGradient: None

  // binary, elementwise
  add: None
  sub: None
  mul: None
  /** Integers truncate toward zero; by zero they give 0. */
  div: None
  /** The remainder with the sign of the divisor, also where it is 0; integers by zero give 0. */
  mod: None
  /** As in IEEE 754: anything to the power 0, and 1 to any power, is 1. */
  pow: None
  /** NaN if one is NaN; −0 counts as less than 0. */
  max: None
  min: None
  less: None
  lessEqual: None
  equal: None
  and: None
  or: None
  xor: None
  shiftLeft: None
  /** Arithmetic on int32, logical on unsigned. */
  shiftRight: None

  // ternary, elementwise
  /** condition (bool) ? second : third */
  where: None

  // movement
  reshape: { readonly shape: Shape }
  permute: { readonly axes: readonly number[] }
  /** Stretches axes of size 1; the rank stays. */
  expand: { readonly shape: Shape }
  /** Element i along an axis is input element start + i · step; steps may be negative. */
  slice: { readonly starts: Shape; readonly sizes: Shape; readonly steps: Shape }
  /** `interior` values go between neighbours. */
  pad: { readonly low: Shape; readonly high: Shape; readonly interior: Shape; readonly value: number }
  concat: { readonly axis: number }

  // reductions; the reduced axes disappear. 16-bit floats are added and multiplied in float32 at least, here as in
  // everything below, and only the result is rounded.
  /** 0 of nothing, −0 of nothing but −0. */
  reduceSum: { readonly axes: readonly number[] }
  reduceProd: { readonly axes: readonly number[] }
  /** As `max` and `min`: NaN if there is one, −0 before 0. */
  reduceMax: { readonly axes: readonly number[] }
  reduceMin: { readonly axes: readonly number[] }
  /** int32 index of the first largest element: the first NaN if there is one; −0 equals 0. */
  argMax: { readonly axis: number }
  argMin: { readonly axis: number }
  /** Of each element and those before it what reduceSum gives. */
  cumSum: { readonly axis: number; readonly reverse: boolean }

  // contractions
  /** […batch, m, k] × […batch, k, n] → […batch, m, n] */
  dot: None
  /** [batch, …spatial, c] with kernel […window, c / groups, o] → [batch, …spatial, o]; correlation, as in the field. */
  conv: ConvAttributes

  // windows
  /** The first largest element as `argMax` finds it. */
  maxPool: WindowAttributes
  /** (x, g) → adds g to zeros where the first largest element of each window of x is. */
  maxPoolGradient: WindowAttributes
  /** (x, t) → picks from t where maxPool picks from x. */
  maxPoolSelect: WindowAttributes
  sumPool: WindowAttributes
  /** Adds each element of g to its window in zeros of shape `shape`. */
  sumPoolGradient: WindowAttributes & { readonly shape: Shape }

  // indexing
  /** x […batch, n, …rest], indices int32 […batch, …k] → […batch, …k, …rest]; an index outside 0 … n − 1 is an error. */
  gather: { readonly batchDims: number } & Caller
  /** (x, indices, updates) → x with updates written at the places where gather would read. */
  scatter: { readonly batchDims: number; readonly mode: 'set' | 'add' | 'max' | 'min' } & Caller
  /** Stable int32 order of the last axis; NaN last. */
  argSort: { readonly descending: boolean }

  // routines on the last two axes
  /** Lower L with L·Lᵀ = x (the lower triangle of x is read). */
  cholesky: None
  /** (a, b) → solution x of op(a)·x = b for triangular a [n, n], b [n, k]. */
  triangularSolve: { readonly lower: boolean; readonly transpose: boolean; readonly unitDiagonal: boolean }
  /** [n, n] → packed L\U [n, n] and the row permutation int32 [n]: x[p] = L·U. */
  lu: None
  /** [m, n] → Q [m, k], R [k, n] with k = min(m, n) and non-negative diagonal of R. */
  qr: None
  /** Symmetric [n, n] → ascending eigenvalues [n] and eigenvectors as columns [n, n]. */
  eigh: None
  /** [m, n] → U [m, k], s [k] descending, Vᵀ [k, n]. */
  svd: None
  /** Complex numbers as pairs in the last axis: […, n, 2] → […, n, 2], along n, not normalised; the inverse has the opposite sign. */
  fft: { readonly inverse: boolean }

  // structure
  /** One of the outputs of a node with several. */
  result: { readonly index: number }
  /**
   * Inputs: carries, sequences (axis 0 has `length`), captured values. Body: (carries, slices, captured) → (carries, ys).
   * Outputs: last carries, ys stacked along a new axis 0. `reverse` runs from the last slice to the first.
   */
  scan: {
    readonly body: Graph
    readonly carries: number
    readonly sequences: number
    readonly length: number
    readonly reverse: boolean
  }
  /** Inputs: carries, captured. `condition` (carries, captured) → bool, `body` (carries, captured) → carries. */
  whileLoop: { readonly condition: Graph; readonly body: Graph; readonly carries: number }
  /** Inputs: bool scalar, operands. Both branches (operands) → outputs; only the chosen one runs. */
  cond: { readonly whenTrue: Graph; readonly whenFalse: Graph }
  /**
   * Runs `body` as a unit. `gradient` replaces the derived one; `recompute` computes the body again for the
   * gradient instead of keeping its intermediate values (checkpoint).
   */
  call: {
    readonly name: string
    readonly body: Graph
    readonly gradient?: CustomGradient
    readonly recompute?: boolean
  }
}

export type Primitive = keyof Attributes

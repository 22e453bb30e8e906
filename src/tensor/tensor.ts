import type { DType, TypedArray } from '../core/dtype.js'
import { present, refuseCoercion } from '../core/presentation.js'
import type { Node } from '../graph/node.js'
import { contractions } from './methods/contraction.js'
import { elementwise } from './methods/elementwise.js'
import { indexing } from './methods/indexing.js'
import { linear } from './methods/linear.js'
import { movement } from './methods/movement.js'
import { pictures } from './methods/pictures.js'
import { composition } from './methods/pipe.js'
import { reading } from './methods/reading.js'
import { reductions } from './methods/reduction.js'
import { describeValues, onlyElement, readData, readDataSync, toAwait } from './reading/values.js'
import { bound } from './runtime.js'
import type { Loose, Shape, Sizes } from './types/index.js'
import { setTensorClass } from './wrap.js'

declare const sizes: unique symbol
declare const compared: unique symbol
declare const exact: unique symbol

type Composition = typeof composition
type Contractions = typeof contractions
type Elementwise = typeof elementwise
type Indexing = typeof indexing
type Linear = typeof linear
type Movement = typeof movement
type Pictures = typeof pictures
type Reading = typeof reading
type Reductions = typeof reductions

// The methods are put on the prototype at the end of the file.
export interface Tensor<S extends Shape = any>
  extends Elementwise,
    Reductions,
    Movement,
    Contractions,
    Indexing,
    Linear,
    Pictures,
    Reading,
    Composition {}

/**
 * A multidimensional array: an immutable handle on a node of the graph. Operations check shapes and dtypes at once and
 * compute nothing; reading a value does.
 *
 * `S` is the shape as far as it is known: `Tensor<[128, 784]>`, `Tensor<[number, 784]>` for a size to be known when the
 * program runs, plain `Tensor` for any shape. What is unknown fits everything, in both directions; sizes that are known
 * to disagree do not compile.
 *
 * No method mentions `S` itself; each asks what its `this` is, so that tensors are compared by their sizes alone.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods exist, see the end of the file
export class Tensor<S extends Shape = any> {
  /** Only for the compiler: a type so odd that it compares the members of tensors instead of S and its variance. */
  declare readonly [compared]?: { of(x: { -readonly [I in S[number] as never]-?: 0 }): void }['of']
  /** Only for the compiler: what assignability is decided on. */
  declare readonly [sizes]: Loose<S>
  /** Only for the compiler: sizes agree in both directions, so that a type parameter is not solved by a union. */
  declare readonly [exact]?: (sizes: Loose<S>) => void

  constructor(
    /** The operation that gives the value, for code that works on the graph. */
    readonly node: Node,
  ) {
    bound(node)
  }

  /** The sizes, outermost first; `[]` for a scalar. What is made of them (`zeros(x.shape)`) is known to be of this shape. */
  get shape(): Sizes<Loose<S>, S> {
    // A shape that could be written to would change the tensor behind the back of the graph.
    return Object.freeze(this.node.shape) as Sizes<Loose<S>, S>
  }

  /** The number of axes. */
  get rank(): number {
    return this.node.rank
  }

  /** The number of elements. */
  get size(): number {
    return this.node.shape.reduce((product, n) => product * n, 1)
  }

  /** The type of the elements. */
  get dtype(): DType {
    return this.node.dtype
  }

  /** A copy of the elements, in row-major order; float16 and bfloat16 come as float32, booleans as 0 and 1. */
  data(): Promise<TypedArray> {
    return toAwait(readData(this.node), 'data')
  }

  /** As {@link data}, at once, where the backend can. */
  dataSync(): TypedArray {
    return readDataSync(this.node)
  }

  /** The only element of a tensor of one. */
  item(): Promise<number> {
    return toAwait(
      readData(this.node).then((data) => onlyElement(this.node, data)),
      'item',
    )
  }

  /** As {@link item}, at once, where the backend can. */
  itemSync(): number {
    return onlyElement(this.node, readDataSync(this.node))
  }

  /** Prints the values as NumPy does. */
  async print(): Promise<void> {
    console.log(describeValues(this.node, await readData(this.node)))
  }

  /** Without values, which would have to be computed: `Tensor float32[128, 10]`. */
  toString(): string {
    return `Tensor ${this.dtype}[${this.shape.join(', ')}]`
  }

  /** Arithmetic, templates and keys (`names[tensor]`) would use something else than the value, unnoticed. */
  [Symbol.toPrimitive](hint: string): never {
    refuseCoercion(
      `A tensor (${this.toString()})`,
      hint,
      'Use methods for arithmetic and comparisons (a.add(b), a.less(b)), and await t.item(), t.array() or t.toString() for numbers and text.',
    )
  }
}

Object.assign(
  Tensor.prototype,
  elementwise,
  reductions,
  movement,
  contractions,
  indexing,
  linear,
  pictures,
  reading,
  composition,
)
setTensorClass(Tensor)
present(Tensor.prototype, {
  kind: 'tensor',
  json: 'Write await t.array(), or t.shape and [...(await t.data())].',
  fixed: {
    shape: 'Tensors do not change; x.reshape([…]) is another one.',
    dtype: "Tensors do not change; x.cast('float32') is another one.",
    rank: 'Tensors do not change; see reshape, unsqueeze and squeeze.',
    size: 'Tensors do not change; see reshape, slice and pad.',
  },
})

import type { DType } from '../core/dtype.js'
import type { Shape } from '../core/shape.js'
import type { Graph } from '../graph/graph.js'
import type { Node } from '../graph/node.js'
import type { TensorType } from '../graph/primitives.js'
import type { Elementwise } from '../graph/scalar.js'

/**
 * What a simplified graph becomes before a backend has it: kernels in order, with values between them. A kernel names its
 * inputs and outputs by position; which bytes those are is the memory plan's business.
 */
export type Kernel = Loop | Contraction | Convolution | Routine

/** A whole number that depends linearly on the index: offset + Σ index[axis] · strides[axis]. Strides may be 0 or negative. */
export interface Affine {
  readonly offset: number
  readonly strides: readonly number[]
}

/** Elements of the kernel's input number `input`: the one at place 0 is the first that the input has. */
export interface Access extends Affine {
  readonly input: number
}

/**
 * One operation for every index of a body. Its result is the value numbered like its position in the list, an element of
 * `dtype`, rounded or wrapped as that dtype does; operands are numbers of earlier values.
 */
export type Instruction =
  /** An element of an input. Views are folded in: broadcast axes have stride 0, flipped ones a negative stride. */
  | ({ readonly op: 'load'; readonly dtype: DType } & Access)
  | { readonly op: 'constant'; readonly dtype: DType; readonly value: number }
  /** The affine number itself, converted to `dtype`. */
  | ({ readonly op: 'iota'; readonly dtype: DType } & Affine)
  /** Word number (affine) of the Threefry stream (`fillRandomBits`) whose key are the two elements of input `input`. */
  | ({ readonly op: 'randomBits'; readonly dtype: 'uint32' } & Access)
  /** What the contraction around this body gives at the index. Contractions and convolutions only, and there first. */
  | { readonly op: 'product'; readonly dtype: DType }
  /** The operand, an integer; outside 0 … size − 1 the run fails like `gather` with such an index. */
  | { readonly op: 'index'; readonly dtype: DType; readonly operands: readonly [number]; readonly size: number }
  /** An elementwise primitive. `cast` and `bitcast` go from the operand's dtype to `dtype`. */
  | { readonly op: Elementwise; readonly dtype: DType; readonly operands: readonly number[] }
  /**
   * The operand folded over all reduced axes: one value per row. Later instructions of the row may use it. Loops only. An
   * operand that is the same for the whole row counts once per element.
   */
  | { readonly op: Fold; readonly dtype: DType; readonly operands: readonly [number] }

export type Fold = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'

/**
 * Writes a value to the kernel's output number `output`; a value per row is written once per row (strides 0 on reduced
 * axes). Several stores may fill one output, each a part of it.
 */
export interface Store extends Affine {
  readonly output: number
  readonly value: number
}

/**
 * Straight-line code for every index of a space. Indices may be visited in any order as long as folds are complete before
 * what uses them runs: `phasesOf` splits the code at the folds. Every element of every output is written exactly once.
 */
export interface Body {
  /** Sizes of the axes: those that number the rows, then the reduced ones. */
  readonly sizes: Shape
  readonly instructions: readonly Instruction[]
  readonly stores: readonly Store[]
}

/** A fused loop nest: elementwise code, with folds over the last `reduced` axes if there are any. */
export interface Loop extends Body {
  readonly kind: 'loop'
  /** How many of the last axes the folds run over; a row is all indices that differ in these only. */
  readonly reduced: number
}

/**
 * Batched matrix product with an epilogue. Operands may be 16-bit floats where the product is float32. sizes = […batch, m, n]:
 * product[…b, i, j] = Σₖ left[…b, i, k] · right[…b, k, j], k < depth
 */
export interface Contraction extends Body {
  readonly kind: 'contraction'
  readonly dtype: DType
  readonly depth: number
  /** Axes […batch, m, depth]. */
  readonly left: Access
  /** Axes […batch, depth, n]. */
  readonly right: Access
}

/** The sizes of a convolution y = x ∗ w; channels and outputs are those of one group. */
export interface ConvolutionSizes {
  readonly batch: number
  readonly image: Shape
  readonly window: Shape
  /** Spatial sizes of y. */
  readonly places: Shape
  readonly groups: number
  readonly channels: number
  readonly outputs: number
}

/**
 * A convolution or one of its two gradients, with an epilogue. All three are the sums over the same products, whose
 * indices hang together by s = t · stride + k · dilation − low on each spatial axis (terms with s outside the image are 0):
 *
 * | direction      | left | right | product                                        | sizes of the body                     |
 * | -------------- | ---- | ----- | ---------------------------------------------- | ------------------------------------- |
 * | forward        | x    | w     | y[b, t, g, o] = Σ x[b, s, g, c] · w[k, g, c, o] | [batch, …places, groups · outputs]    |
 * | inputGradient  | y    | w     | x[b, s, g, c] = Σ y[b, t, g, o] · w[k, g, c, o] | [batch, …image, groups · channels]    |
 * | kernelGradient | x    | y     | w[k, g, c, o] = Σ x[b, s, g, c] · y[b, t, g, o] | [channels, …window, groups · outputs] |
 */
export interface Convolution extends Body {
  readonly kind: 'convolution'
  readonly direction: 'forward' | 'inputGradient' | 'kernelGradient'
  readonly dtype: DType
  readonly extents: ConvolutionSizes
  readonly strides: Shape
  readonly dilation: Shape
  /** Padding before the first element of each spatial axis; it may be negative. What is behind the last follows from the sizes. */
  readonly low: Shape
  /** Axes of x: [batch, …image, groups, channels]; of y: [batch, …places, groups, outputs]. */
  readonly left: Access
  /** Axes of w: […window, groups, channels, outputs]. */
  readonly right: Access
}

/** Any other primitive as it is: inputs and outputs are whole tensors without gaps, in the order of the node's. */
export interface Routine {
  readonly kind: 'routine'
  readonly node: Node
}

/** Where a kernel's input comes from, seen as elements of a type: reshaping and bitcasting change only the type. */
export interface Argument extends TensorType {
  readonly source:
    | { readonly kind: 'value'; readonly value: number }
    /** One element known when the program is made. */
    | { readonly kind: 'constant'; readonly value: number }
}

/** A kernel with its arguments. Loops, contractions and convolutions read their inputs as flat lists of elements. */
export interface KernelCall {
  readonly kernel: Kernel
  readonly inputs: readonly Argument[]
  /** Numbers of the values that it writes, by output. */
  readonly outputs: readonly number[]
  /** For loops and branches the kernels of what is inside, in the order of `innerGraphs`. */
  readonly inner: readonly KernelGraph[]
}

/** A graph as kernels. Values are numbered: first the graph's inputs, then what the kernels write. */
export interface KernelGraph {
  readonly graph: Graph
  readonly values: readonly TensorType[]
  /** In an order in which every value is written before it is read. */
  readonly calls: readonly KernelCall[]
  readonly outputs: readonly Argument[]
  /** How many groups of nodes had no code and were cut into their members: 0, unless the fusion makes a mistake. */
  readonly cuts: number
}

import type { DType } from '../core/dtype.js'
import { type Shape, sameShape } from '../core/shape.js'
import type { Graph } from './graph.js'
import { Node } from './node.js'
import type { Attributes, ConvAttributes, Primitive, WindowAttributes } from './primitives.js'

/** Makes a node; shapes and dtypes are checked. */
export function create<P extends Primitive>(op: P, inputs: readonly Node[], attributes: Attributes[P]): Node<P> {
  return new Node(op, inputs, attributes)
}

/** The same operation on other inputs of the same types: there is nothing to check again. */
export const rebuilt = <P extends Primitive>(node: Node<P>, inputs: readonly Node[]): Node<P> =>
  new Node(node.op, inputs, node.attributes, node.outputs)

type Plain = { [P in Primitive]: Record<never, never> extends Attributes[P] ? P : never }[Primitive]

/** One for all, so that what is known of attributes by identity is known of these. */
const none = {}

const unary = (op: Plain) => (x: Node) => create(op, [x], none)
const binary = (op: Plain) => (a: Node, b: Node) => create(op, [a, b], none)

// One function per primitive, named like it. Those that would change nothing return their input.

export const constant = (value: number, dtype: DType): Node => create('constant', [], { dtype, shape: [], value })
export const input = (dtype: DType, shape: Shape, name?: string): Node<'input'> =>
  create('input', [], { dtype, shape, name })
export const iota = (dtype: DType, shape: Shape, axis: number): Node => create('iota', [], { dtype, shape, axis })
export const randomBits = (key: Node, shape: Shape): Node => create('randomBits', [key], { shape })

export const neg = unary('neg')
export const exp = unary('exp')
export const expm1 = unary('expm1')
export const log = unary('log')
export const log1p = unary('log1p')
export const sqrt = unary('sqrt')
export const reciprocal = unary('reciprocal')
export const sin = unary('sin')
export const cos = unary('cos')
export const atan = unary('atan')
export const tanh = unary('tanh')
export const erf = unary('erf')
export const floor = unary('floor')
export const not = unary('not')
export const stopGradient = unary('stopGradient')
export const cast = (x: Node, dtype: DType): Node => (x.dtype === dtype ? x : create('cast', [x], { dtype }))
export const bitcast = (x: Node, dtype: DType): Node => (x.dtype === dtype ? x : create('bitcast', [x], { dtype }))

export const add = binary('add')
export const sub = binary('sub')
export const mul = binary('mul')
export const div = binary('div')
export const mod = binary('mod')
export const pow = binary('pow')
export const max = binary('max')
export const min = binary('min')
export const less = binary('less')
export const lessEqual = binary('lessEqual')
export const equal = binary('equal')
export const and = binary('and')
export const or = binary('or')
export const xor = binary('xor')
export const shiftLeft = binary('shiftLeft')
export const shiftRight = binary('shiftRight')
export const where = (condition: Node, a: Node, b: Node): Node => create('where', [condition, a, b], none)

export const reshape = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : create('reshape', [x], { shape })
export const permute = (x: Node, axes: readonly number[]): Node =>
  axes.length === x.rank && axes.every((axis, i) => axis === i) ? x : create('permute', [x], { axes })
export const expand = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : create('expand', [x], { shape })
export const slice = (x: Node, starts: Shape, sizes: Shape, steps: Shape = starts.map(() => 1)): Node =>
  sameShape(x.shape, sizes) && steps.every((step) => step === 1) && starts.every((start) => start === 0)
    ? x
    : create('slice', [x], { starts, sizes, steps })
export function pad(x: Node, low: Shape, high: Shape, interior: Shape = low.map(() => 0), value = 0): Node {
  return [...low, ...high, ...interior].every((n) => n === 0) ? x : create('pad', [x], { low, high, interior, value })
}
export const concat = (xs: readonly Node[], axis: number): Node =>
  xs.length === 1 ? xs[0] : create('concat', xs, { axis })

const reduction = (op: 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin') => (x: Node, axes: readonly number[]) =>
  axes.length === 0 ? x : create(op, [x], { axes })
export const reduceSum = reduction('reduceSum')
export const reduceProd = reduction('reduceProd')
export const reduceMax = reduction('reduceMax')
export const reduceMin = reduction('reduceMin')
export const argMax = (x: Node, axis: number): Node => create('argMax', [x], { axis })
export const argMin = (x: Node, axis: number): Node => create('argMin', [x], { axis })
export const cumSum = (x: Node, axis: number, reverse = false): Node => create('cumSum', [x], { axis, reverse })

export const dot = binary('dot')
export const conv = (x: Node, kernel: Node, attributes: ConvAttributes): Node => create('conv', [x, kernel], attributes)
export const maxPool = (x: Node, attributes: WindowAttributes): Node => create('maxPool', [x], attributes)
export const maxPoolGradient = (x: Node, g: Node, attributes: WindowAttributes): Node =>
  create('maxPoolGradient', [x, g], attributes)
export const maxPoolSelect = (x: Node, t: Node, attributes: WindowAttributes): Node =>
  create('maxPoolSelect', [x, t], attributes)
export const sumPool = (x: Node, attributes: WindowAttributes): Node => create('sumPool', [x], attributes)
export const sumPoolGradient = (g: Node, attributes: WindowAttributes & { readonly shape: Shape }): Node =>
  create('sumPoolGradient', [g], attributes)

/** @param operation what the user has called, for messages */
export const gather = (x: Node, indices: Node, batchDims = 0, operation?: string): Node =>
  create('gather', [x, indices], operation === undefined ? { batchDims } : { batchDims, operation })
export const scatter = (
  x: Node,
  indices: Node,
  updates: Node,
  mode: Attributes['scatter']['mode'],
  batchDims = 0,
  operation?: string,
): Node =>
  create(
    'scatter',
    [x, indices, updates],
    operation === undefined ? { batchDims, mode } : { batchDims, mode, operation },
  )
export const argSort = (x: Node, descending = false): Node => create('argSort', [x], { descending })

export const cholesky = unary('cholesky')
export const triangularSolve = (a: Node, b: Node, attributes: Attributes['triangularSolve']): Node =>
  create('triangularSolve', [a, b], attributes)
export const lu = (x: Node): Node[] => results(create('lu', [x], {}))
export const qr = (x: Node): Node[] => results(create('qr', [x], {}))
export const eigh = (x: Node): Node[] => results(create('eigh', [x], {}))
export const svd = (x: Node): Node[] => results(create('svd', [x], {}))
export const fft = (x: Node, inverse = false): Node => create('fft', [x], { inverse })

export const result = (source: Node, index: number): Node => create('result', [source], { index })
export const scan = (inputs: readonly Node[], attributes: Attributes['scan']): Node[] =>
  results(create('scan', inputs, attributes))
export const whileLoop = (inputs: readonly Node[], attributes: Attributes['whileLoop']): Node[] =>
  results(create('whileLoop', inputs, attributes))
export const cond = (predicate: Node, operands: readonly Node[], whenTrue: Graph, whenFalse: Graph): Node[] =>
  results(create('cond', [predicate, ...operands], { whenTrue, whenFalse }))
export const call = (inputs: readonly Node[], attributes: Attributes['call']): Node[] =>
  results(create('call', inputs, attributes))

/** The outputs of a node with several, as nodes. */
export const results = (source: Node): Node[] => source.outputs.map((_, index) => result(source, index))

/** `value` everywhere. */
export function fill(value: number, shape: Shape, dtype: DType): Node {
  const scalar = constant(value, dtype)
  return shape.length === 0
    ? scalar
    : expand(
        reshape(
          scalar,
          shape.map(() => 1),
        ),
        shape,
      )
}
export const zerosLike = (x: Node): Node => fill(0, x.shape, x.dtype)
export const onesLike = (x: Node): Node => fill(1, x.shape, x.dtype)

import { type DType, isFloat } from '../../src/core/dtype.js'
import { range, type Shape, sizeOf } from '../../src/core/shape.js'
import { build, type Node } from '../../src/graph/index.js'

/** Makes a value from two others, whatever their types; `detail` decides between variants. */
export type Production = (a: Node, b: Node, detail: number) => Node

/** `x` in another dtype: numbers become booleans by a comparison, floats small integers. */
export function as(dtype: DType, x: Node): Node {
  if (x.dtype === dtype) return x
  if (dtype === 'bool') return build.less(build.zerosLike(x), x)
  if (dtype === 'int32' && isFloat(x.dtype)) return build.cast(build.floor(scaled(build.tanh(x), 4)), 'int32')
  return build.cast(x, dtype)
}

/** `x` cut, repeated or summed until it has `shape`. */
export function fit(x: Node, shape: Shape): Node {
  const [size, wanted] = [sizeOf(x.shape), sizeOf(shape)]
  if (size === wanted) return build.reshape(x, shape)
  const flat = build.reshape(x, [size])
  if (wanted < size) return build.reshape(build.slice(flat, [0], [wanted]), shape)
  const total = x.dtype === 'bool' ? as('bool', sum(build.cast(flat, 'int32'))) : sum(flat)
  return stretch(total, shape)
}

const sum = (x: Node): Node => build.reduceSum(x, range(x.rank))
export const stretch = (scalar: Node, shape: Shape): Node =>
  build.expand(
    build.reshape(
      scalar,
      shape.map(() => 1),
    ),
    shape,
  )
const filled = (x: Node, value: number): Node => build.fill(value, x.shape, x.dtype)
const scaled = (x: Node, factor: number): Node => build.mul(x, filled(x, factor))

/** The second value in the type of the first. */
export const like = (a: Node, b: Node): Node => fit(as(a.dtype, b), a.shape)

const real = (x: Node): Node => as('float64', x)
const whole = (x: Node): Node => as('int32', x)
const truth = (x: Node): Node => as('bool', x)
const number = (x: Node): Node => (x.dtype === 'bool' ? whole(x) : x)
export const vector = (x: Node): Node => (x.rank === 0 ? build.reshape(x, [1]) : x)
const choose = <T>(from: readonly T[], detail: number): T => from[detail % from.length]
const axisOf = (x: Node, detail: number): number => detail % x.rank
const onAxis = (x: Node, axis: number, value: number, other = 0): number[] =>
  x.shape.map((_, i) => (i === axis ? value : other))
/** 1 + x², for functions of positive numbers. */
const positive = (x: Node): Node => build.add(filled(x, 1), build.mul(x, x))
/** Kept between −1 and 1, so that programs stay small in value. */
const small = (x: Node): Node => (x.dtype === 'float64' ? build.tanh(x) : x)

const smoothUnary: readonly ((x: Node) => Node)[] = [
  build.tanh,
  build.sin,
  build.cos,
  build.atan,
  build.erf,
  build.neg,
  (x) => build.exp(build.tanh(x)),
  (x) => build.expm1(build.sin(x)),
  (x) => build.log(positive(x)),
  (x) => build.log1p(build.mul(x, x)),
  (x) => build.sqrt(positive(x)),
  (x) => build.reciprocal(positive(x)),
]
const smoothBinary: readonly ((a: Node, b: Node) => Node)[] = [
  build.add,
  build.sub,
  (a, b) => build.mul(a, build.tanh(b)),
  (a, b) => build.div(a, positive(b)),
  (a, b) => build.pow(positive(a), build.tanh(b)),
]

/** Constants next to which the algebra of the compiler has something to do. */
const withConstant: readonly ((x: Node) => Node)[] = [
  (x) => build.add(x, filled(x, 0)),
  (x) => build.add(filled(x, 1), filled(x, 2)),
  (x) => build.sub(x, filled(x, 0)),
  (x) => build.mul(filled(x, 1), x),
  (x) => build.mul(x, filled(x, 0)),
  (x) => build.mul(x, filled(x, x.dtype === 'int32' ? 3 : -1)),
  (x) => build.div(x, filled(x, 1)),
  (x) => build.pow(x, filled(x, 2)),
  (x) => build.pow(x, filled(x, 1)),
  (x) => build.max(x, x),
  (x) => build.neg(build.neg(x)),
]

const reshaped: Production = (a, _, detail) => {
  const size = sizeOf(a.shape)
  const shapes = [[size], [1, size], [size, 1, 1], [...a.shape].reverse(), ...(size % 2 === 0 ? [[2, size / 2]] : [])]
  return build.reshape(a, choose(shapes, detail))
}
const rotated: Production = (a, _, detail) => {
  const turn = detail % Math.max(1, a.rank)
  return build.permute(a, [...range(a.rank).slice(turn), ...range(turn)])
}
const expanded: Production = (a, _, detail) => {
  const at = detail % (a.rank + 1)
  const wide = [...a.shape.slice(0, at), 1, ...a.shape.slice(at)]
  const count = choose([1, 2, 3, 0], detail >> 3)
  return build.expand(
    build.reshape(a, wide),
    wide.map((n, i) => (i === at ? count : n)),
  )
}
/** The same, never to nothing. */
const repeated: Production = (a, b, detail) => expanded(a, b, (detail >> 3) % 4 === 3 ? detail - (3 << 3) : detail)
const flipped: Production = (a, _, detail) => {
  const x = vector(a)
  const axis = axisOf(x, detail)
  const n = x.shape[axis]
  return build.slice(x, onAxis(x, axis, Math.max(0, n - 1)), x.shape, onAxis(x, axis, -1, 1))
}
const cut: Production = (a, _, detail) => {
  const x = vector(a)
  const axis = axisOf(x, detail)
  const n = x.shape[axis]
  const start = n === 0 ? 0 : (detail >> 2) % n
  const step = 1 + ((detail >> 4) % 2)
  const sizes = x.shape.map((size, i) => (i === axis ? Math.ceil((n - start) / step) : size))
  return build.slice(x, onAxis(x, axis, start), sizes, onAxis(x, axis, step, 1))
}
const padded: Production = (a, _, detail) => {
  const x = vector(a)
  const axis = axisOf(x, detail)
  const [low, high, interior] = [detail >> 2, detail >> 3, detail >> 4].map((n) => onAxis(x, axis, n % 2))
  return build.pad(x, low, high, interior, x.dtype === 'float64' ? 0.5 : 1)
}
const joined: Production = (a, b, detail) => {
  const x = vector(a)
  const axis = axisOf(x, detail)
  const parts = [x, like(x, b), x].slice(0, 2 + (detail % 2))
  return build.concat(detail % 3 === 0 ? [cut(x, b, detail), ...parts] : parts, axis)
}
const joinedAlongFirst: Production = (a, b) => build.concat([vector(a), like(vector(a), b)], 0)

const axesOf = (x: Node, detail: number): number[] => range(x.rank).filter((axis) => (detail >> axis) & 1)
const summed: Production = (a, _, detail) => build.reduceSum(number(a), axesOf(a, detail))
const multiplied: Production = (a, _, detail) => build.reduceProd(small(number(a)), axesOf(a, detail))
const extreme: Production = (a, _, detail) => {
  const axes = axesOf(a, detail).filter((axis) => a.shape[axis] > 0)
  return (detail % 2 === 0 ? build.reduceMax : build.reduceMin)(a, axes)
}
const place: Production = (a, _, detail) => {
  const x = vector(a)
  const axis = axisOf(x, detail)
  if (x.shape[axis] === 0) return x
  return (detail % 2 === 0 ? build.argMax : build.argMin)(x, axis)
}
const running: Production = (a, _, detail) => {
  const x = vector(number(a))
  return build.cumSum(x, axisOf(x, detail), detail % 2 === 1)
}

const matrix = (x: Node): Node => build.reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1))])
const product: Production = (a, b, detail) => {
  const left = matrix(small(number(a)))
  const right = small(fit(as(left.dtype, b), [left.shape[1], 1 + (detail % 3)]))
  if (detail % 2 === 0) return build.dot(left, right)
  // A batch of two.
  const twice = (x: Node): Node => build.expand(build.reshape(x, [1, ...x.shape]), [2, ...x.shape])
  return build.dot(twice(left), twice(right))
}
const correlated: Production = (a, b, detail) => {
  const size = sizeOf(a.shape)
  const x = build.reshape(small(real(a)), [1, size, 1])
  const kernel = small(fit(real(b), [2, 1, 1 + (detail % 2)]))
  if (size === 0) return x
  const [low, high] = choose(
    [
      [1, 1],
      [0, 1],
      [2, 0],
    ] as const,
    detail >> 1,
  )
  return build.conv(x, kernel, {
    strides: [1 + ((detail >> 3) % 2)],
    padding: [[low, high]],
    inputDilation: [1 + ((detail >> 4) % 2)],
    kernelDilation: [1],
    groups: 1,
  })
}
const pooled: Production = (a, _, detail) => {
  const size = sizeOf(a.shape)
  const x = build.reshape(real(a), [1, size, 1])
  if (size < 2) return x
  const attributes = { window: [2], strides: [1 + (detail % 2)], padding: [[detail % 2, 0] as const] }
  return detail % 3 === 0 ? build.maxPool(x, attributes) : build.sumPool(x, attributes)
}
const summedWindows: Production = (a, b, detail) => pooled(a, b, detail * 3 + 1)

/** Places inside the first axis of x, of which there is at least one. */
const placesIn = (x: Node, b: Node): Node => {
  const indices = whole(b)
  return build.mod(indices, build.fill(x.shape[0], indices.shape, 'int32'))
}
const gathered: Production = (a, b) => {
  const x = vector(a)
  return x.shape[0] === 0 ? x : build.gather(x, placesIn(x, b))
}
const scattered: Production = (a, b, detail) => {
  const x = vector(number(a))
  if (x.shape[0] === 0) return x
  const places = placesIn(x, fit(whole(b), [2]))
  const updates = fit(as(x.dtype, b), [2, ...x.shape.slice(1)])
  return build.scatter(x, places, updates, choose(['add', 'set', 'max', 'min'] as const, detail))
}
const ordered: Production = (a, _, detail) => {
  const x = vector(a)
  const order = build.argSort(x, detail % 2 === 1)
  return detail % 3 === 0 ? order : build.gather(x, order, x.rank - 1)
}
const reread: Production = (a) => {
  const single = build.cast(real(a), 'float32')
  const bits = build.bitcast(single, 'uint32')
  // Bit 31 is the sign.
  const turned = build.bitcast(build.xor(bits, filled(bits, 2 ** 31)), 'float32')
  return build.cast(turned, 'float64')
}

/** Random numbers from a key that has been computed. */
const drawn: Production = (a, b) => {
  const key = fit(build.cast(whole(a), 'uint32'), [2])
  const bits = build.randomBits(key, vector(b).shape)
  return build.cast(build.shiftRight(bits, filled(bits, 29)), 'int32')
}

/** Constants and arithmetic of fewer bits, where rounding twice or not at all would show. */
const narrow: Production = (a, _, detail) => {
  const dtype = choose(['float32', 'float16', 'bfloat16'] as const, detail)
  const x = build.cast(build.tanh(real(a)), dtype)
  const value = choose([build.add(x, filled(x, 0.1)), build.div(x, filled(x, 3)), filled(x, 0.1)], detail >> 2)
  return build.cast(value, 'float64')
}

const integerUnary: readonly ((x: Node) => Node)[] = [build.neg, build.not]
const integerBinary: readonly ((a: Node, b: Node) => Node)[] = [
  build.add,
  build.sub,
  build.mul,
  build.div,
  build.mod,
  build.and,
  build.or,
  build.xor,
  build.shiftLeft,
  build.shiftRight,
]
const logical: readonly ((a: Node, b: Node) => Node)[] = [build.and, build.or, build.xor, build.equal, build.less]
const comparisons = [build.less, build.lessEqual, build.equal]

/** A quarter is added so that the jumps of floor lie away from whole numbers, which rounding would move across. */
const floored = (x: Node): Node => build.floor(build.add(scaled(x, 1.7), filled(x, 0.25)))

/** Productions that have derivatives everywhere, for float64. */
export const smoothProductions: readonly Production[] = [
  (a, _, detail) => choose(smoothUnary, detail)(a),
  (a, b, detail) => choose(smoothBinary, detail)(a, like(a, b)),
  (a, b, detail) => choose(smoothBinary, detail)(a, like(a, b)),
  (a, _, detail) => choose(withConstant.slice(0, 9), detail)(a),
  reshaped,
  rotated,
  repeated,
  flipped,
  cut,
  padded,
  joinedAlongFirst,
  summed,
  multiplied,
  running,
  product,
  correlated,
  summedWindows,
  (a, b) => build.where(truth(build.iota('float64', vector(a).shape, 0)), vector(a), like(vector(a), b)),
  (a, b) => gathered(a, build.iota('int32', vector(b).shape, 0), 0),
  (a, b) => {
    const x = vector(a)
    return build.scatter(x, build.constant(0, 'int32'), fit(b, x.shape.slice(1)), 'add')
  },
]

export const productions: readonly Production[] = [
  ...smoothProductions
    .map(
      (make): Production =>
        (a, b, detail) =>
          make(real(a), real(b), detail),
    )
    .slice(0, 4),
  (a, _, detail) => choose(withConstant, detail)(number(a)),
  (a, _, detail) => choose(integerUnary, detail)(whole(a)),
  (a, b, detail) => choose(integerBinary, detail)(whole(a), like(whole(a), b)),
  (a, b, detail) => choose(logical, detail)(truth(a), like(truth(a), b)),
  (a, b, detail) => choose(comparisons, detail)(number(a), like(number(a), b)),
  (a, b, detail) => (detail % 2 === 0 ? build.max(a, like(a, b)) : build.min(a, like(a, b))),
  (a) => build.not(truth(a)),
  (a) => floored(real(a)),
  (a) => build.mod(real(a), filled(real(a), 1.5)),
  (a, b) => build.where(like(truth(a), b), a, like(a, b)),
  (a, b) => build.where(truth(a), a, like(a, b)),
  (a, _, detail) => as(choose(['float64', 'int32', 'bool'] as const, detail), a),
  (a) => build.stopGradient(a),
  (a, _, detail) => build.iota(choose(['float64', 'int32'] as const, detail), vector(a).shape, 0),
  (a, _, detail) => build.fill(choose([0, 1, 1, 0], detail), a.shape, a.dtype),
  reread,
  narrow,
  reshaped,
  rotated,
  expanded,
  flipped,
  cut,
  padded,
  joined,
  summed,
  multiplied,
  extreme,
  place,
  running,
  product,
  correlated,
  pooled,
  gathered,
  scattered,
  ordered,
  drawn,
]

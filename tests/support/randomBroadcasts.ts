import { range, type Shape, sizeOf } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, type Graph, makeGraph, type Node } from '../../src/graph/index.js'
import * as ops from '../../src/operations/index.js'
import { part } from '../../src/operations/movement/slicing.js'
import { gradient } from '../../src/transform/gradient.js'

/** Sizes of which each program has some; products of few of them give rows that are long, short, single and none. */
const sizes: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 16, 64, 100]
const LARGEST = 8000

/** Programs as people write them: values of a few shapes that meet by broadcasting, with statistics, masks, views and products. */
export function randomBroadcasts(seed: number, length: number): Graph {
  const writer = new Writer(new RandomStream(seed, length))
  return writer.write(length)
}

class Writer {
  readonly #inputs: Node<'input'>[] = []
  readonly #values: Node[] = []
  readonly #sizes: readonly number[]

  constructor(readonly random: RandomStream) {
    this.#sizes = range(3).map(() => this.#of(sizes))
  }

  write(length: number): Graph {
    for (let i = this.random.integer(3); i >= 0; i--) this.#input()
    for (let i = 0; i < length; i++) {
      const value = this.#of(productions)(this)
      if (sizeOf(value.shape) <= LARGEST && value.rank <= 6) this.#values.push(value)
    }
    const outputs = range(1 + this.random.integer(3)).map(() => this.recent())
    const slopes = this.random.integer(3) === 0 ? [] : this.#gradients(outputs[0])
    return makeGraph(this.#inputs, [...outputs, ...slopes])
  }

  #gradients(output: Node): Node[] {
    const loss = ops.mean(ops.square(this.float(output)))
    const found = gradient([loss], [build.onesLike(loss)], this.#inputs)
    return found.filter((node) => node !== undefined)
  }

  #of<T>(from: readonly T[]): T {
    return from[this.random.integer(from.length)]
  }

  choose<T>(...from: readonly T[]): T {
    return this.#of(from)
  }

  /** Some of the program's sizes, some of them 1. */
  shape(): Shape {
    const shape = range(this.random.integer(4)).map(() => (this.random.integer(5) === 0 ? 1 : this.#of(this.#sizes)))
    return sizeOf(shape) <= LARGEST ? shape : shape.slice(1)
  }

  #input(shape = this.shape()): Node {
    const node = build.input('float64', shape)
    this.#inputs.push(node)
    this.#values.push(node)
    return node
  }

  /** A value, rather a late one. */
  recent(): Node {
    const back = Math.min(this.random.integer(this.#values.length), this.random.integer(this.#values.length))
    return this.#values[this.#values.length - 1 - back]
  }

  float(x = this.recent()): Node {
    return x.dtype === 'float64' ? x : ops.cast(x, 'float64')
  }

  /** Of at least one axis, with elements. */
  filled(): Node {
    const x = this.float()
    return x.rank === 0 || sizeOf(x.shape) === 0 ? this.#input([this.#of(this.#sizes)]) : x
  }

  /** Something that `x` can be combined with: another value, a part of one, a new input, a number. */
  partner(x: Node): Node {
    for (let i = 0; i < 4; i++) {
      const y = this.float()
      if (range(Math.min(x.rank, y.rank)).every((k) => meets(x.shape.at(-1 - k), y.shape.at(-1 - k)))) return y
    }
    if (this.random.integer(4) === 0) return ops.full([], this.choose(0, 1, 0.5, -2), 'float64')
    const start = this.random.integer(x.rank + 1)
    return this.#input(x.shape.slice(start).map((n) => (this.random.integer(4) === 0 ? 1 : n)))
  }

  axis(x: Node): number {
    return this.random.integer(x.rank)
  }

  axes(x: Node): number[] {
    return range(x.rank).filter(() => this.random.integer(2) === 0)
  }

  chance(): number {
    return this.random.integer(1_000_000) / 1_000_000
  }
}

const meets = (a = 1, b = 1): boolean => a === b || a === 1 || b === 1

const indexOf = (w: Writer, shape: Shape, below: number): Node =>
  ops.mod(
    ops.add(ops.cast(ops.mul(build.iota('int32', [...shape, 1], shape.length), 1), 'int32'), w.choose(0, 1, 5)),
    below,
  )

type Production = (w: Writer) => Node

const arithmetic: Production = (w) => {
  const x = w.float()
  return w.choose(ops.add, ops.sub, ops.mul, ops.maximum, ops.minimum)(x, w.partner(x))
}
const divided: Production = (w) => {
  const x = w.float()
  return ops.div(x, ops.add(ops.square(w.partner(x)), 1))
}
const curve: Production = (w) =>
  w.choose(
    ops.tanh,
    ops.sigmoid,
    ops.relu,
    ops.neg,
    ops.square,
    ops.abs,
    (x: Node) => ops.add(x, 1),
    (x: Node) => ops.mul(x, 0.5),
  )(w.float())
const statistic: Production = (w) => {
  const x = w.filled()
  return w.choose(ops.sum, ops.mean, ops.max, ops.min, ops.variance)(x, w.axes(x), { keepDims: w.chance() < 0.7 })
}
const centered: Production = (w) => {
  const x = w.filled()
  const axis = w.axis(x)
  return w.choose(
    () => ops.sub(x, ops.mean(x, axis, { keepDims: true })),
    () => ops.softmax(x, axis),
    () => ops.layerNorm(x, ops.add(w.partner(x).rank <= 1 ? 1 : 2, 0)),
    () => ops.div(x, ops.add(ops.sum(ops.abs(x), axis, { keepDims: true }), 1)),
  )()
}
const masked: Production = (w) => {
  const x = w.float()
  const mask = w.choose(ops.less, ops.greater, ops.lessEqual)(x, w.choose<Node | number>(0, w.partner(x)))
  const like = ops.expand(w.choose<Node>(ops.full([], 1, 'float64'), x), mask.shape)
  return w.choose(
    () => ops.where(mask, like, w.choose<Node | number>(0, w.partner(like))),
    () => ops.where(mask, w.choose(0, 1), w.partner(like)),
    () => ops.cast(mask, 'float64'),
    () => mask,
  )()
}
const seen: Production = (w) => {
  const x = w.filled()
  const axis = w.axis(x)
  const n = x.shape[axis]
  return w.choose(
    () => ops.flip(x, axis),
    () => ops.permute(x, [...range(x.rank).slice(axis), ...range(axis)]),
    () => ops.reshape(x, [-1]),
    () => ops.reshape(x, [...x.shape].reverse()),
    () => ops.unsqueeze(x, axis),
    () => part(x, axis, Math.floor(w.chance() * n), 1),
    () => part(x, axis, n > 1 ? 1 : 0, n > 1 ? n - 1 : 1),
    () => part(x, axis, 0, Math.ceil(n / 2), 2),
    () => ops.expand(ops.unsqueeze(x, 0), [w.choose(1, 2, 3), ...x.shape]),
    () => ops.roll(x, 1, axis),
    () => (x.rank > 1 ? ops.triu(x) : x),
    () => (x.rank > 1 ? ops.diagonal(x) : x),
    () =>
      ops.pad(
        x,
        x.shape.map((_, i): [number, number] => (i === axis ? [1, w.choose(0, 2)] : [0, 0])),
      ),
    () => ops.repeat(x, 2, axis),
  )()
}
const joined: Production = (w) => {
  const x = w.filled()
  const axis = w.axis(x)
  const y = w.choose(
    ops.tanh,
    ops.neg,
    (z: Node) => ops.flip(z, axis),
    (z: Node) => ops.add(z, 1),
  )(x)
  return w.choose(
    () => ops.concat([x, y], axis),
    () => ops.concat([y, x, y], axis),
    () => ops.stack([x, y], axis),
    () => ops.concat([ops.full(x.shape, 0, 'float64'), y], axis),
    () => ops.concat(ops.split(x, [1, x.shape[axis] - 1], axis).reverse(), axis),
  )()
}
const product: Production = (w) => {
  const x = w.filled()
  const y = w.filled()
  const left = ops.reshape(x, [-1, x.shape[x.rank - 1]])
  return w.choose(
    () => ops.matmul(left, ops.transpose(left)),
    () => ops.matmul(ops.transpose(left), left),
    () => (y.shape[0] === x.shape[x.rank - 1] ? ops.matmul(left, ops.reshape(y, [y.shape[0], -1])) : left),
    () => ops.add(ops.matmul(left, ops.full([left.shape[1], 3], 0.5, 'float64')), w.choose(0, 1)),
  )()
}
const indexed: Production = (w) => {
  const x = w.filled()
  const n = x.shape[0]
  const last = x.shape[x.rank - 1]
  return w.choose(
    () => ops.take(x, indexOf(w, [2], n), 0),
    () => ops.takeAlongAxis(x, indexOf(w, x.shape.slice(0, -1), last)),
    () => ops.scatterSet(x, indexOf(w, [], n), ops.full([1, ...x.shape.slice(1)], 0, 'float64')),
    () => ops.scatterAdd(x, indexOf(w, [2], n), w.chance()),
    () =>
      ops.scatterAlongAxis(
        x,
        indexOf(w, x.shape.slice(0, -1), last),
        ops.full([...x.shape.slice(0, -1), 1], 1, 'float64'),
      ),
    () => ops.mul(ops.oneHot(ops.argMax(x, -1), last, 'float64'), x),
    () => ops.cumSum(x, w.axis(x)),
  )()
}
const counted: Production = (w) => {
  const x = w.filled()
  return ops.add(x, build.iota('float64', x.shape, w.axis(x)))
}

const productions: readonly Production[] = [
  ...[arithmetic, arithmetic, arithmetic, divided, curve, curve, statistic, statistic, centered, masked, masked],
  ...[seen, seen, seen, joined, product, indexed, counted],
]

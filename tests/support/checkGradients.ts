import { expect } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { isFloat } from '../../src/core/dtype.js'
import { RandomStream } from '../../src/core/threefry.js'
import * as build from '../../src/graph/build.js'
import { makeGraph } from '../../src/graph/graph.js'
import type { Node } from '../../src/graph/node.js'
import { verify } from '../../src/graph/verify.js'
import { gradient, jvp } from '../../src/transform/gradient.js'

export type NodeFunction = (inputs: readonly Node[]) => Node | readonly Node[]

export interface GradientCheck {
  /** For the random directions. */
  readonly seed?: number
  /** How often to differentiate. */
  readonly order?: 1 | 2
  /** Distance of the points of the difference quotient. */
  readonly step?: number
  /** Largest deviation, relative to the largest element (or 1). */
  readonly tolerance?: number
  /** Inputs that stay where they are; those that are not float64 always do. */
  readonly fixed?: readonly boolean[]
}

/**
 * Compares the derivatives of `f` at `values` with central differences along random directions, in float64.
 *
 * First order: reverse (`gradient`) and forward (`jvp`). Second order: reverse over reverse, forward over reverse and reverse over
 * forward, each against differences of the first derivative. Graphs are verified on the way.
 */
export function checkGradients(f: NodeFunction, values: readonly Elements[], options: GradientCheck = {}): void {
  const { seed = 1, order = 2, step = 1e-4, tolerance = 1e-7, fixed = [] } = options
  const random = new RandomStream(seed)
  const moves = values.map(({ dtype }, i) => dtype === 'float64' && !fixed[i])
  const inputs = values.map(({ dtype, shape }) => build.input(dtype, shape))
  const moved = inputs.filter((_, i) => moves[i])
  const outputs = [f(inputs)].flat().filter(({ dtype }) => isFloat(dtype))
  const like = (nodes: readonly Node[]): Node<'input'>[] => nodes.map(({ dtype, shape }) => build.input(dtype, shape))
  const randomLike = (nodes: readonly Node[]): Elements[] => nodes.map((node) => directionFor(node, random))

  const cotangents = like(outputs)
  const tangents = like(moved)
  const directions = randomLike(moved)
  const weights = randomLike(outputs)
  const all = [...inputs, ...cotangents, ...tangents]
  const valuesAt = (distance: number): Elements[] => {
    let next = 0
    const shifted = values.map((value, i) => (moves[i] ? along(value, directions[next++], distance) : value))
    return [...shifted, ...weights, ...directions]
  }
  const evaluate = (nodes: readonly Node[], distance = 0): Float64Array[] => {
    const graph = makeGraph(all, nodes)
    verify(graph)
    return interpret(graph, valuesAt(distance)).map(({ data }) => Float64Array.from(data))
  }
  const differences = (nodes: readonly Node[]): Float64Array[] => {
    const at = [-2, -1, 1, 2].map((place) => evaluate(nodes, place * step))
    return nodes.map((_, k) =>
      at[0][k].map((_, i) => (at[0][k][i] - 8 * at[1][k][i] + 8 * at[2][k][i] - at[3][k][i]) / (12 * step)),
    )
  }
  /** Both modes, for functions of `inputs` that may also use the cotangents and tangents. */
  const check = (what: string, functions: readonly Node[], weightNodes: readonly Node[]): void => {
    const wanted = differences(functions)
    close(`forward ${what}`, evaluate(jvp(functions, moved, tangents)), wanted, tolerance)
    const weightValues = evaluate(weightNodes)
    const pulled = evaluate(withZeros(gradient(functions, weightNodes, moved), moved))
    close(
      `reverse ${what}`,
      [[inner(pulled, evaluate(tangents))]],
      [[inner(weightValues, wanted)]],
      tolerance * Math.max(1, largest(wanted)),
    )
  }
  check('gradient', outputs, cotangents)
  if (order === 1) return
  check('over reverse', withZeros(gradient(outputs, cotangents, moved), moved), randomNodes(moved, random))
  check('over forward', jvp(outputs, moved, tangents), cotangents)
}

/** The cotangents, with zeros where there is no dependence. */
export const withZeros = (found: readonly (Node | undefined)[], wrt: readonly Node[]): Node[] =>
  wrt.map((node, i) => found[i] ?? build.zerosLike(node))

/** float64 values. */
export function float64(shape: readonly number[], values: Iterable<number>): Elements {
  return { dtype: 'float64', shape, data: Float64Array.from(values) }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

/** Random normal float64 values. */
export function randomFloat64(shape: readonly number[], random: RandomStream): Elements {
  return float64(
    shape,
    Float64Array.from({ length: sizeOf(shape) }, () => random.normal()),
  )
}

function directionFor({ dtype, shape }: Node, random: RandomStream): Elements {
  const direction = randomFloat64(shape, random)
  if (dtype !== 'float64') expect.fail(`derivatives are checked in float64, not ${dtype}`)
  return direction
}

/** Smooth weights that are no inputs: waves of the index with random frequencies. */
function randomNodes(like: readonly Node[], random: RandomStream): Node[] {
  return like.map(({ shape, dtype }) => {
    const index = build.iota(dtype, [Math.max(1, sizeOf(shape))], 0)
    const phase = build.mul(index, build.fill(1 + random.uniform(), index.shape, dtype))
    const wave = build.cos(build.add(phase, build.fill(random.uniform(), index.shape, dtype)))
    return build.reshape(sizeOf(shape) === 0 ? build.slice(wave, [0], [0]) : wave, shape)
  })
}

function along(value: Elements, direction: Elements, distance: number): Elements {
  return float64(
    value.shape,
    Float64Array.from(value.data, (x, i) => x + distance * direction.data[i]),
  )
}

function inner(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let sum = 0
  for (const [k, row] of a.entries()) for (let i = 0; i < row.length; i++) sum += row[i] * b[k][i]
  return sum
}

function largest(values: readonly ArrayLike<number>[]): number {
  let most = 0
  for (const row of values) for (let i = 0; i < row.length; i++) most = Math.max(most, Math.abs(row[i]))
  return most
}

function close(
  what: string,
  actual: readonly ArrayLike<number>[],
  wanted: readonly ArrayLike<number>[],
  tolerance: number,
): void {
  const slack = tolerance * Math.max(1, largest(wanted))
  for (const [k, row] of wanted.entries()) {
    for (let i = 0; i < row.length; i++) {
      if (!(Math.abs(actual[k][i] - row[i]) <= slack)) {
        expect.fail(`${what}: element ${i} of ${k} is ${actual[k][i]}, by differences ${row[i]}`)
      }
    }
  }
  expect(actual.map((row) => row.length)).toEqual(wanted.map((row) => row.length))
}

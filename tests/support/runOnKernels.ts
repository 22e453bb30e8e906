import { expect } from 'vitest'
import type { CpuBackend } from '../../src/backends/cpu/backend.js'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { simplify } from '../../src/compiler/simplify.js'
import { allocate, decodeAll, encodeAll, isFloat } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, type Graph, makeGraph, type Node } from '../../src/graph/index.js'
import type { TensorType } from '../../src/graph/primitives.js'

/** Simplifies, loads and runs a graph. */
export function runOn(backend: CpuBackend, graph: Graph, inputs: readonly Elements[]): Elements[] {
  const given = inputs.map(({ dtype, shape, data }) => backend.upload({ dtype, shape }, data.slice()))
  const outputs = graph.outputs.map(({ dtype, shape }) => backend.allocate({ dtype, shape }))
  backend.load(simplify(graph)).run(given, outputs)
  return outputs.map((storage) => ({
    dtype: storage.dtype,
    shape: storage.shape,
    data: backend.downloadSync(storage).slice(),
  }))
}

/** Normal numbers, or whole ones from −5 to 5, equal for equal seeds. */
export function randomElements({ dtype, shape }: TensorType, seed: number): Elements {
  const random = new RandomStream(7, seed)
  const draw = (): number => (isFloat(dtype) ? random.normal() : random.integer(11) - 5)
  const values = Array.from({ length: sizeOf(shape) }, draw)
  return { dtype, shape, data: encodeAll(dtype, values, allocate(dtype, values.length)) }
}

/** Compares a function of random inputs with the reference; differences are relative to the largest element. */
export function expectLikeInterpreter(
  backend: CpuBackend,
  types: readonly TensorType[],
  make: (inputs: readonly Node[]) => Node | readonly Node[],
  tolerance: number,
): void {
  const inputs = types.map(({ dtype, shape }) => build.input(dtype, shape))
  const graph = makeGraph(inputs, [make(inputs)].flat())
  const values = types.map(randomElements)
  const expected = interpret(graph, values)
  runOn(backend, graph, values).forEach(({ dtype, data }, i) => {
    const wanted = decodeAll(dtype, expected[i].data)
    const found = decodeAll(dtype, data)
    let scale = 1
    for (const value of wanted) scale = Math.max(scale, Math.abs(value))
    let worst = 0
    wanted.forEach((value, k) => {
      worst = Math.max(worst, Math.abs(value - found[k]) / scale)
    })
    expect(worst).toBeLessThanOrEqual(tolerance)
  })
}

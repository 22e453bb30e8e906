import fc from 'fast-check'
import { backend, compile, setBackend, Tensor, tensor, vmap } from 'shapewise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { dtypeNames } from '../../src/core/dtype.js'
import { build, fingerprint, makeGraph, type Node, printGraph, type TensorType, verify } from '../../src/graph/index.js'
import { batch } from '../../src/transform/batching.js'
import { gradient, jvp } from '../../src/transform/gradient.js'
import { checkGradients } from '../support/checkGradients.js'
import { expectSame } from '../support/compareElements.js'
import {
  type Description,
  functionOf,
  graphOf,
  programs,
  randomValues,
  smoothPrograms,
} from '../support/randomGraphs.js'

const SEED = 20_241_005

// What is tested here are tracing and transforms. The backends themselves run random programs in the conformance suite.
let before: string
beforeAll(() => {
  before = backend().name
  setBackend('reference')
})
afterAll(() => setBackend(before))

const tensorOf = ({ dtype, shape, data }: Elements): Tensor => tensor(data, shape, dtype)
const elementsOf = (x: Tensor): Elements => ({ dtype: x.dtype, shape: x.node.shape, data: x.dataSync() })

/** The program as a function of tensors. */
const onTensors = (description: Description) => {
  const run = functionOf(description)
  return (xs: readonly Tensor[]): Tensor[] => run(xs.map(({ node }) => node)).map((node) => new Tensor(node))
}

describe('a random program', () => {
  it('computes the same uncompiled, compiled, and compiled once more', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        const run = onTensors(description)
        const compiled = compile(run)
        for (const values of [randomValues(description.inputs, seed), randomValues(description.inputs, seed + 1)]) {
          const wanted = interpret(graphOf(description), values)
          const inputs = values.map(tensorOf)
          expectSame(compiled(inputs).map(elementsOf), wanted)
          expectSame(run(inputs).map(elementsOf), wanted)
        }
        expect(compiled.traces.length).toBe(1)
      }),
      { numRuns: 300, seed: SEED },
    )
  })

  it('leaves the arguments of a compiled function as they were', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        const values = randomValues(description.inputs, seed)
        const inputs = values.map(tensorOf)
        compile(onTensors(description))(inputs)
        expectSame(inputs.map(elementsOf), values)
      }),
      { numRuns: 100, seed: SEED },
    )
  })

  it('computes the same with donated arguments', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        const values = randomValues(description.inputs, seed)
        const donating = compile(onTensors(description), { donate: true })
        expectSame(donating(values.map(tensorOf)).map(elementsOf), interpret(graphOf(description), values))
      }),
      { numRuns: 150, seed: SEED },
    )
  })

  it('mapped over examples computes what a loop computes', () => {
    fc.assert(
      fc.property(programs, fc.integer({ min: 1, max: 3 }), fc.nat(1000), (description, size, seed) => {
        const examples = Array.from({ length: size }, (_, i) => randomValues(description.inputs, seed + i))
        const stacked = description.inputs.map((type, k) =>
          stack(
            examples.map((values) => values[k]),
            type,
          ),
        )
        const mapped = vmap(onTensors(description))(stacked.map(tensorOf)) as Tensor[]
        const graph = graphOf(description)
        const each = examples.map((values) => interpret(graph, values))
        const wanted = graph.outputs.map((type, k) =>
          stack(
            each.map((outputs) => outputs[k]),
            type,
          ),
        )
        expectSame(mapped.map(elementsOf), wanted, 100)
      }),
      { numRuns: 300, seed: SEED },
    )
  })

  it('is well formed after every transform', () => {
    fc.assert(
      fc.property(smoothPrograms, (description) => {
        const graph = graphOf(description)
        const { inputs } = graph
        const cotangents = graph.outputs.map(({ dtype, shape }) => build.input(dtype, shape))
        const tangents = inputs.map(({ dtype, shape }) => build.input(dtype, shape))
        const found = gradient(graph.outputs, cotangents, inputs)
        const backward = makeGraph(
          [...inputs, ...cotangents],
          found.filter((node) => node !== undefined),
        )
        verify(backward)
        for (const [i, node] of found.entries()) if (node) expect(typeOf(node)).toEqual(typeOf(inputs[i]))
        verify(makeGraph([...inputs, ...tangents], jvp(graph.outputs, inputs, tangents)))
        const many = inputs.map(({ dtype, shape }) => build.input(dtype, [4, ...shape]))
        const batched = batch(graph.outputs, new Map(inputs.map((node, i): [Node, Node] => [node, many[i]])), 4)
        verify(makeGraph(many, batched))
        expect(batched.map(typeOf)).toEqual(graph.outputs.map(({ dtype, shape }) => ({ dtype, shape: [4, ...shape] })))
      }),
      { numRuns: 200, seed: SEED },
    )
  })

  it('has the derivatives that differences show', () => {
    fc.assert(
      fc.property(smoothPrograms, fc.nat(1000), (description, seed) => {
        const values = randomValues(description.inputs, seed)
        checkGradients(functionOf(description), values, { order: 1, seed, step: 1e-4, tolerance: 1e-6 })
      }),
      { numRuns: 300, seed: SEED },
    )
  })
})

describe('fingerprints', () => {
  const keyOf = (description: Description): [fingerprint: string, printed: string] => {
    const graph = graphOf(description)
    return [fingerprint(graph.outputs, () => false, graph.inputs), printGraph(graph)]
  }

  it('are equal for a program built again', () => {
    fc.assert(
      fc.property(programs, (description) => {
        expect(keyOf(description)[0]).toBe(keyOf(description)[0])
      }),
      { numRuns: 200, seed: SEED },
    )
  })

  it('differ exactly where the printed programs differ', () => {
    const change = fc.record({ at: fc.nat(20), field: fc.nat(4), to: fc.nat(40) })
    fc.assert(
      fc.property(programs, change, (description, { at, field, to }) => {
        const [first, firstText] = keyOf(description)
        const [second, secondText] = keyOf(changed(description, at, field, to))
        expect(first === second).toBe(firstText === secondText)
      }),
      { numRuns: 600, seed: SEED },
    )
  })

  it('tell dtypes and shapes of inputs apart', () => {
    const types = [
      ...dtypeNames.map((dtype) => ({ dtype, shape: [2] })),
      ...[[], [1], [1, 2], [2, 1]].map((shape) => ({ dtype: 'bool', shape }) as const),
    ]
    const keys = types.map(({ dtype, shape }) => {
      const x = build.input(dtype, shape)
      return fingerprint([x], () => false, [x])
    })
    expect(new Set(keys).size).toBe(types.length)
  })
})

const typeOf = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape: [...shape] })

/** The description with one number of one choice, or one output, replaced. */
function changed(description: Description, at: number, field: number, to: number): Description {
  if (field === 4) return { ...description, outputs: description.outputs.with(at % description.outputs.length, to) }
  const which = at % description.choices.length
  const [production, first, second, detail] = description.choices[which].with(field, to)
  return { ...description, choices: description.choices.with(which, [production, first, second, detail]) }
}

/** Values along a new axis 0. */
function stack(values: readonly Elements[], { dtype, shape }: TensorType): Elements {
  const size = values[0].data.length
  const data = new (values[0].data.constructor as Float64ArrayConstructor)(size * values.length)
  values.forEach((value, i) => {
    data.set(value.data, i * size)
  })
  return { dtype, shape: [values.length, ...shape], data }
}

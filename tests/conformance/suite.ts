import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.js'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { simplify } from '../../src/compiler/simplify.js'
import { allocate, dtypeNames, encodeAll } from '../../src/core/dtype.js'
import { range } from '../../src/core/shape.js'
import { build, type Graph, type Node, primitives } from '../../src/graph/index.js'
import { batch } from '../../src/transform/batching.js'
import { expectSame } from '../support/compareElements.js'
import { graphOf, programs, randomValues } from '../support/randomGraphs.js'
import { wholePrograms } from './programs.js'
import { download, outputsFor, runOn, upload } from './run.js'
import { SPECIAL, samples } from './samples.js'
import { variantsOf } from './variants.js'

export interface SuiteOptions {
  /** Bytes of values that the backend keeps; by default what Node knows of array buffers and other memory outside its heap. */
  readonly liveBytes?: () => number
}

/**
 * What a backend must do, each against plain interpretation of the graph as it was written (tolerances: tests/support/compareElements.ts).
 * Run it for a new backend unchanged: `describeBackend(new MyBackend())`.
 */
export function describeBackend(backend: Backend, options: SuiteOptions = {}): void {
  describe(`${backend.name} backend`, () => {
    describe.each(primitives)('%s', (op) => {
      it.each(samples[op].map((sample) => ({ name: sample.name, sample })))('$name', async ({ sample }) => {
        const variants = variantsOf(sample)
        expect(variants.length).toBeGreaterThan(0)
        // Of special values the smallest numbers are as exact as all others.
        const least = sample.notDifferentiable === SPECIAL ? 1e-300 : 1
        for (const { graph, inputs } of variants) await expectConformance(backend, graph, inputs, least)
      })
    })

    describe('whole programs', () => {
      it.each(wholePrograms)('$name', async ({ graph, values }) => expectConformance(backend, graph, values))

      it('random ones', async () => {
        await fc.assert(
          fc.asyncProperty(programs, fc.nat(1000), async (description, seed) =>
            expectConformance(backend, graphOf(description), randomValues(description.inputs, seed)),
          ),
          { numRuns: 300, seed: 20_241_004 },
        )
      })
    })

    describe('mapped programs', () => {
      it('random ones', async () => {
        await fc.assert(
          fc.asyncProperty(programs, fc.nat(1000), async (description, seed) => {
            const types = description.inputs.map(({ dtype, shape }) => ({ dtype, shape: [2, ...shape] }))
            await expectConformance(backend, mappedGraph(graphOf(description)), randomValues(types, seed))
          }),
          { numRuns: 150, seed: 20_241_011 },
        )
      })
    })

    describe('programs', () => {
      describeRepeatedRuns(backend)
    })

    describe('values', () => {
      describeValues(backend, options)
    })
  })
}

/** Runs a graph without and with donated inputs: results as interpreted, and no input changed that was not given away. */
async function expectConformance(
  backend: Backend,
  graph: Graph,
  values: readonly Elements[],
  least = 1,
): Promise<void> {
  const wanted = interpret(graph, values)
  const kept = await runOn(backend, graph, values)
  expectSame(kept.results, wanted, 1, { least })
  expectUnchanged(kept.inputs, values)
  const donated = await runOn(backend, graph, values, range(values.length))
  expectSame(donated.results, wanted, 1, { least })
  const isKept = (i: number): boolean => !donated.reuse.includes(i)
  expectUnchanged(
    donated.inputs.filter((_, i) => isKept(i)),
    values.filter((_, i) => isKept(i)),
  )
}

/** The graph over pairs of its inputs, which brings in layouts and groups that single programs do not have. */
function mappedGraph({ inputs, outputs }: Graph): Graph {
  const pairs = inputs.map(({ dtype, shape }) => build.input(dtype, [2, ...shape]))
  return { inputs: pairs, outputs: batch(outputs, new Map(inputs.map((node, i): [Node, Node] => [node, pairs[i]])), 2) }
}

function expectUnchanged(after: readonly Elements[], before: readonly Elements[]): void {
  after.forEach(({ data }, i) => {
    expect(data, `input ${i}`).toEqual(before[i].data)
  })
}

const vector = (...values: number[]): Elements => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
})

/** x ↦ 2·sin(x) + x by way of several intermediate values. */
function waveGraph(size: number): Graph {
  const x = build.input('float32', [size])
  const wave = build.sin(x)
  return { inputs: [x], outputs: [build.add(build.cumSum(build.add(wave, wave), 0), x)] }
}

function describeRepeatedRuns(backend: Backend): void {
  it('give results of their own on every run', async () => {
    const graph = waveGraph(3)
    const executable = backend.load(simplify(graph))
    const runs = [vector(1, 2, 3), vector(4, 5, 6), vector(0, 0, 0)].map((value) => {
      const inputs = [upload(backend, value)]
      const outputs = outputsFor(backend, graph, executable, inputs)
      executable.run(inputs, outputs)
      return { value, outputs }
    })
    for (const { value, outputs } of runs) {
      expectSame([await download(backend, outputs[0])], interpret(graph, [value]))
    }
  })

  it('may be loaded and run in turn, small and large', async () => {
    const sizes = [3, 1000, 2, 100_000, 3]
    const loaded = sizes.map((size) => {
      const graph = waveGraph(size)
      return { graph, executable: backend.load(simplify(graph)), size }
    })
    for (const { graph, executable, size } of [...loaded, ...loaded.reverse()]) {
      const value = vector(...Array.from({ length: size }, (_, i) => (i % 7) - 3))
      const inputs = [upload(backend, value)]
      const outputs = outputsFor(backend, graph, executable, inputs)
      executable.run(inputs, outputs)
      expectSame([await download(backend, outputs[0])], interpret(graph, [value]), 50)
    }
  })

  it('take the results of another as inputs', async () => {
    const graph = waveGraph(4)
    const executable = backend.load(simplify(graph))
    const value = vector(1, -1, 2, -2)
    let state = upload(backend, value)
    let wanted: readonly Elements[] = [value]
    for (let i = 0; i < 5; i++) {
      const outputs = outputsFor(backend, graph, executable, [state])
      executable.run([state], outputs)
      state = outputs[0]
      wanted = interpret(graph, wanted)
    }
    expectSame([await download(backend, state)], wanted, 10)
  })

  it('update a donated input in place', async () => {
    const [w, g] = [build.input('float32', [2]), build.input('float32', [2])]
    const executable = backend.load({ inputs: [w, g], outputs: [build.sub(w, g)] }, new Set([0]))
    expect(executable.reuse).toEqual([0])
    const [weights, gradient] = [upload(backend, vector(10, 20)), upload(backend, vector(1, 2))]
    for (let i = 0; i < 4; i++) executable.run([weights, gradient], [weights])
    expect([...(await download(backend, weights)).data]).toEqual([6, 12])
  })

  it('refuse an index outside', async () => {
    const [x, i] = [build.input('float32', [3]), build.input('int32', [])]
    const graph: Graph = { inputs: [x, i], outputs: [build.gather(x, i)] }
    const index = (value: number): Elements => ({ dtype: 'int32', shape: [], data: Int32Array.of(value) })
    for (const value of [3, -1]) {
      await expect((async () => runOn(backend, graph, [vector(1, 2, 3), index(value)]))()).rejects.toThrow(
        `gather: index ${value} is outside 0 … 2`,
      )
    }
    // The backend still works after a failure.
    expectSame((await runOn(backend, graph, [vector(1, 2, 3), index(2)])).results, [
      { dtype: 'float32', shape: [], data: Float32Array.of(3) },
    ])
  })
}

function describeValues(backend: Backend, { liveBytes = outsideHeap }: SuiteOptions): void {
  it.each(dtypeNames)('of %s come back as they were uploaded', async (dtype) => {
    const values = dtype === 'bool' ? [0, 1] : [0, 1, 2.5, 100, -1, 1e9, Infinity, -Infinity, Number.NaN]
    for (const shape of [[values.length], [1, values.length, 1], [0], []]) {
      const size = shape.reduce((product, n) => product * n, 1)
      const data = encodeAll(dtype, values.slice(0, size), allocate(dtype, size))
      const storage = backend.upload({ dtype, shape }, data.slice())
      expect(storage).toMatchObject({ dtype, shape, backend: backend.name })
      expect(await backend.download(storage)).toEqual(data)
      if (backend.downloadSync) expect(backend.downloadSync(storage)).toEqual(data)
    }
  })

  it('that nobody holds are freed, also while their program is kept', async () => {
    const size = 1 << 18
    const graph = waveGraph(size)
    const executable = backend.load(simplify(graph))
    const once = async (): Promise<void> => {
      const inputs = [backend.upload({ dtype: 'float32', shape: [size] }, new Float32Array(size))]
      const outputs = outputsFor(backend, graph, executable, inputs)
      executable.run(inputs, outputs)
      await backend.download(outputs[0])
    }
    const before = await settled(liveBytes)
    for (let i = 0; i < 10; i++) await once()
    // The program may keep its scratch memory: two intermediate values.
    const scratch = 2 * size * 4
    expect((await settled(liveBytes)) - before).toBeLessThan(scratch + (size * 4) / 2)
    executable.run(
      [upload(backend, { dtype: 'float32', shape: [size], data: new Float32Array(size) })],
      [backend.allocate({ dtype: 'float32', shape: [size] })],
    )
    expect((await settled(liveBytes)) - before).toBeLessThan(scratch + (size * 4) / 2)
  })
}

const outsideHeap = (): number => process.memoryUsage().external

/** Live bytes after collecting what can be collected; finalizers and the sweeper need a few turns. */
async function settled(liveBytes: () => number): Promise<number> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return liveBytes()
}

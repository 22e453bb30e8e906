import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  CpuBackend,
  type Handle,
  type Kernels,
  type Memory,
  notRun,
  type StartedRun,
} from '../../src/backends/cpu/backend.js'
import { contiguousView, MAGIC, Words } from '../../src/backends/cpu/format.js'
import { ProgramWriter } from '../../src/backends/cpu/writer.js'
import { testedKernels } from '../support/testedKernels.js'

const size = 512
const square = { dtype: 'float32', shape: [size, size] } as const

/** y = A·B for matrices of 512 × 512, which is work for several threads. */
function product(): Int32Array {
  const writer = new ProgramWriter()
  const input = (index: number) => contiguousView(square, { kind: 'input', index })
  writer.dot(input(0), input(1), contiguousView(square, { kind: 'output', index: 0 }))
  const words = new Words()
  words.word(MAGIC)
  writer.finish(words, 0, [square, square], [square])
  return words.take()
}

/** Takes element 0 of the first input at the index in the second, by way of an arena of so many bytes. */
function pick(arena = 0): Int32Array {
  const writer = new ProgramWriter()
  const [values, index, result] = [
    { dtype: 'float32', shape: [4] } as const,
    { dtype: 'int32', shape: [1] } as const,
    { dtype: 'float32', shape: [1] } as const,
  ]
  writer.indexing('gather', 0, 0, [
    contiguousView(values, { kind: 'input', index: 0 }),
    contiguousView(index, { kind: 'input', index: 1 }),
    contiguousView(result, { kind: 'output', index: 0 }),
  ])
  const words = new Words()
  words.word(MAGIC)
  writer.finish(words, arena, [values, index], [result])
  return words.take()
}

const floats = (memory: Memory, count: number): Float32Array => {
  const { buffer, offset } = memory.bytes()
  return new Float32Array(buffer as ArrayBuffer, offset, count)
}

function loaded(kernels: Kernels, words: Int32Array): Handle {
  const handle = kernels.load(words)
  if (typeof handle === 'string') throw new Error(handle)
  return handle
}

const rotate = (by: number): Float32Array => {
  const matrix = new Float32Array(size * size)
  for (let i = 0; i < size; i++) matrix[i * size + ((i + by) % size)] = 1
  return matrix
}

const threaded = testedKernels().find(({ name }) => name.includes('two threads'))
const kernels = threaded?.kernels

describe.skipIf(kernels === undefined)(threaded?.name ?? '', () => {
  if (kernels?.start === undefined || kernels.wait === undefined) return
  const start = kernels.start.bind(kernels)
  const wait = kernels.wait.bind(kernels)

  /** A program with inputs and outputs in place. */
  function prepared(words: Int32Array, inputs: readonly (Float32Array | Int32Array | Memory)[], outputCount: number) {
    const handle = loaded(kernels as Kernels, words)
    const output = (kernels as Kernels).allocate(4 * outputCount)
    const memories = inputs.map((input) => ('bytes' in input ? input : (kernels as Kernels).adopt(input)))
    const failure = new Float64Array(5)
    // Addresses are asked for anew for every run, as backends do.
    const addresses = () => Float64Array.of(...memories.map(({ address }) => address), output.target)
    return { handle, output, failure, addresses, memories }
  }

  test('runs that were started come in their order, each on what those before have computed', () => {
    const turn = rotate(1)
    let state: Float32Array | Memory = rotate(0)
    let last: StartedRun | undefined
    const kept: object[] = []
    for (let i = 0; i < 9; i++) {
      const run = prepared(product(), [state, turn], size * size)
      last = start(run.handle, run.addresses(), run.failure, last ? [last] : [])
      state = run.output
      kept.push(run)
    }
    if (last) wait(last)
    expect(last?.kind).toBe(0)
    expect(floats(state as Memory, size * size)).toEqual(rotate(9))
  })

  test('more runs wait than fit into the ring', async () => {
    const runs = Array.from({ length: 1000 }, (_, i) => {
      const run = prepared(pick(), [Float32Array.of(i, i + 1, i + 2, i + 3), Int32Array.of(i % 4)], 1)
      return { ...run, started: start(run.handle, run.addresses(), run.failure, []) }
    })
    await runs[999].started.done
    runs.forEach(({ started, output }, i) => {
      expect(started.kind).toBe(0)
      expect(floats(output, 1)[0]).toBe(i + (i % 4))
    })
  })

  test('what builds on a failed run is not run, everything else is', async () => {
    const values = Float32Array.of(1, 2, 3, 4)
    const bad = prepared(pick(), [values, Int32Array.of(7)], 1)
    const first = start(bad.handle, bad.addresses(), bad.failure, [])
    const dependent = prepared(pick(), [values, Int32Array.of(1)], 1)
    const second = start(dependent.handle, dependent.addresses(), dependent.failure, [first])
    const third = start(dependent.handle, dependent.addresses(), dependent.failure, [second])
    const free = prepared(pick(), [values, Int32Array.of(2)], 1)
    const fourth = start(free.handle, free.addresses(), free.failure, [])
    await Promise.all([first.done, second.done, third.done, fourth.done])
    expect([first, second, third, fourth].map(({ kind }) => kind)).toEqual([1, notRun, notRun, 0])
    expect([...bad.failure.slice(2, 4)]).toEqual([7, 4])
    expect(floats(free.output, 1)[0]).toBe(3)
    // Also when the failure is known already.
    expect(start(free.handle, free.addresses(), free.failure, [third]).kind).toBe(notRun)
  })

  test('memory that another thread has made larger is seen here', () => {
    const run = prepared(pick(48 * 2 ** 20), [Float32Array.of(1, 2, 3, 4), Int32Array.of(3)], 1)
    wait(start(run.handle, run.addresses(), run.failure, []))
    expect(floats(run.output, 1)[0]).toBe(4)
    const large = kernels.allocate(64 * 2 ** 20)
    floats(large, 2 ** 24).fill(5)
    expect(floats(large, 2 ** 24).every((value) => value === 5)).toBe(true)
    const again = prepared(pick(96 * 2 ** 20), [Float32Array.of(1, 2, 3, 4), Int32Array.of(2)], 1)
    wait(start(again.handle, again.addresses(), again.failure, []))
    expect(floats(again.output, 1)[0]).toBe(3)
    expect(floats(large, 2 ** 24).every((value) => value === 5)).toBe(true)
  })

  test('asking again and again is enough to see the end', () => {
    const run = prepared(product(), [rotate(2), rotate(3)], size * size)
    const started = start(run.handle, run.addresses(), run.failure, [])
    while (started.kind === undefined);
    expect(floats(run.output, size * size)).toEqual(rotate(5))
  })
})

for (const { name, kernels } of testedKernels().filter(({ build }) => build === 'wasm')) {
  describe.skipIf(kernels === undefined)(name, () => {
    if (kernels === undefined) return

    test('what is used once does not stay on the heap, however long the loop', () => {
      const handle = loaded(kernels, product())
      const [turn, output] = [kernels.adopt(rotate(1)), kernels.allocate(4 * size * size)]
      const held: number[] = []
      for (let i = 0; i < 20; i++) {
        const batch = kernels.adopt(rotate(i))
        kernels.run(handle, Float64Array.of(batch.address, turn.address, output.target), new Float64Array(5))
        expect(floats(output, size * size).indexOf(1)).toBe((i + 1) % size)
        held.push(kernels.heldBytes ?? 0)
      }
      // The turn and the output are used again, so they are there.
      expect(held[19]).toBe(held[2])
    })

    test('what is read is a copy: a heap that grows, and moves, does not take it away', async () => {
      const backend = new CpuBackend(kernels)
      const storage = backend.allocate({ dtype: 'float32', shape: [4] })
      storage.data.set([1, 2, 3, 4])
      const reading = backend.download(storage)
      const large = Array.from({ length: 4 }, () => kernels.allocate(2 ** 26))
      storage.data.set([5, 6, 7, 8])
      expect([...(await reading)]).toEqual([1, 2, 3, 4])
      expect(large).toHaveLength(4)
    })

    test('what a program writes over stays, and is what the host then sees', () => {
      const handle = loaded(kernels, product())
      const state = kernels.adopt(rotate(1))
      const [input, turn, output] = [state.address, kernels.adopt(rotate(1)).address, state.target]
      expect(output).toBe(input)
      const result = kernels.allocate(4 * size * size)
      kernels.run(handle, Float64Array.of(input, turn, result.target), new Float64Array(5))
      floats(state, 1)[0] = 42
      expect(state.address).toBe(input)
      expect(floats(state, size)).toEqual(
        Float32Array.from({ length: size }, (_, i) => (i === 0 ? 42 : i === 1 ? 1 : 0)),
      )
    })
  })
}

describe('a process', () => {
  const script = fileURLToPath(new URL('../support/wasmProcess.mjs', import.meta.url))
  const run = (...names: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...names], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, SHAPEWISE_THREADS: '2', SHAPEWISE_BACKEND: 'wasm' },
    })
    return { status, stdout: stdout.trim(), stderr }
  }

  test.skipIf(kernels === undefined)('ends although there are threads', () => {
    expect(run('read')).toMatchObject({ status: 0, stdout: '512' })
  })

  test.skipIf(kernels === undefined)('ends although a program still runs that nobody waits for', () => {
    expect(run('leave')).toMatchObject({ status: 0, stdout: 'left' })
  })

  test.skipIf(kernels === undefined)('lives until the program that it waits for has run', () => {
    expect(run('await')).toMatchObject({ status: 0, stdout: '512' })
  })
})

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { serialize } from '../../src/backends/cpu/serialize.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, type Graph, type Node, type Storage } from '../../src/graph/index.js'
import { testedKernels } from '../support/testedKernels.js'

const LARGE = 1 << 20

const filled = (value: number, like: Node): Node => build.fill(value, like.shape, like.dtype)
const spread = (scalar: Node, { shape }: Node): Node =>
  build.expand(
    build.reshape(
      scalar,
      shape.map(() => 1),
    ),
    shape,
  )

/** (v, s) ↦ 5·v + s on a large vector. */
function largeGraph(): Graph {
  const [v, s] = [build.input('int32', [LARGE]), build.input('int32', [])]
  return { inputs: [v, s], outputs: [build.add(build.mul(v, filled(5, v)), spread(s, v))] }
}

/** (v, s) ↦ 3·s + v[7] */
function smallGraph(): Graph {
  const [v, s] = [build.input('int32', [LARGE]), build.input('int32', [])]
  const element = build.reshape(build.slice(v, [7], [1]), [])
  return { inputs: [v, s], outputs: [build.add(build.mul(s, filled(3, s)), element)] }
}

/** x ↦ x + turns, one after the other: takes long without much memory. */
function countingGraph(turns: number): Graph {
  const x = build.input('int32', [])
  const counting = (): Node<'input'>[] => [build.input('int32', []), build.input('int32', [])]
  const [i, limit] = counting()
  const condition: Graph = { inputs: [i, limit], outputs: [build.less(i, limit)] }
  const [j, last] = counting()
  const body: Graph = { inputs: [j, last], outputs: [build.add(j, filled(1, j))] }
  const [end] = build.whileLoop([x, build.add(x, filled(turns, x))], { condition, body, carries: 1 })
  return { inputs: [x], outputs: [end] }
}

/** Values of a backend, of the sizes that the graphs take. */
function valuesOn(backend: CpuBackend) {
  return {
    scalar: (value: number): Storage => backend.upload({ dtype: 'int32', shape: [] }, Int32Array.of(value)),
    vector: (value: number): Storage =>
      backend.upload({ dtype: 'int32', shape: [LARGE] }, new Int32Array(LARGE).fill(value)),
    like: ({ dtype, shape }: Storage): Storage => backend.allocate({ dtype, shape }),
  }
}

for (const { name, kernels } of testedKernels()) {
  if (kernels !== undefined && kernels.start === undefined) continue
  describe.skipIf(kernels === undefined)(`runs that go on, ${name}`, () => {
    if (kernels === undefined) return
    const backend = new CpuBackend(kernels)
    const { scalar, vector, like } = valuesOn(backend)

    it('keep the order of calls, small and large, in place and not', async () => {
      const large = backend.load(simplify(largeGraph()), new Set([0]))
      const small = backend.load(simplify(smallGraph()))
      expect(large.reuse).toEqual([0])
      const random = new RandomStream(5, 11)
      let [v, s] = [vector(1), scalar(2)]
      let [wantedV, wantedS] = [1, 2]
      const kept: { readonly storage: Storage; readonly wanted: number }[] = []
      let goneOn = 0
      for (let i = 0; i < 120; i++) {
        const choice = random.integer(4)
        if (choice < 2) {
          // A vector that has been kept is not overwritten.
          const next = kept.some(({ storage }) => storage === v) ? like(v) : (large.overwriting?.(v) ?? v)
          if (large.run([v, s], [next]) !== undefined) goneOn++
          v = next
          wantedV = (Math.imul(wantedV, 5) + wantedS) | 0
        } else {
          const next = like(s)
          if (small.run([v, s], [next]) !== undefined) goneOn++
          s = next
          wantedS = (Math.imul(wantedS, 3) + wantedV) | 0
        }
        if (choice === 1) kept.push({ storage: v, wanted: wantedV })
        if (choice === 2) kept.push({ storage: s, wanted: wantedS })
        if (random.integer(20) === 0) expect(backend.downloadSync(s)[0]).toBe(wantedS)
        if (random.integer(20) === 0) expect((await backend.download(v))[LARGE - 1]).toBe(wantedV)
      }
      expect(goneOn).toBeGreaterThan(60)
      for (const { storage, wanted } of kept) {
        const data = await backend.download(storage)
        expect([data[0], data[data.length - 1]]).toEqual([wanted, wanted])
      }
    })

    it('leave the event loop alone', async () => {
      const turns = 100_000
      const program = backend.load(simplify(countingGraph(turns)))
      const outputs = Array.from({ length: 3 }, () => scalar(0))
      let ticks = 0
      let isOver = false
      const tick = (): void => {
        ticks++
        if (!isOver) setImmediate(tick)
      }
      for (const output of outputs) expect(program.run([scalar(5)], [output])).toBeDefined()
      setImmediate(tick)
      const order: number[] = []
      await Promise.all(
        outputs.map(async (output, i) => {
          expect((await backend.download(output))[0]).toBe(5 + turns)
          order.push(i)
        }),
      )
      isOver = true
      expect(order).toEqual([0, 1, 2])
      expect(ticks).toBeGreaterThan(3)
    })

    it('fail where they are read, with all that builds on them', async () => {
      const [x, i] = [build.input('float32', [LARGE]), build.input('int32', [4])]
      const picking = backend.load(
        simplify({ inputs: [x, i], outputs: [build.add(x, spread(build.reduceSum(build.gather(x, i), [0]), x))] }),
        new Set([0]),
      )
      const indices = (value: number): Storage =>
        backend.upload({ dtype: 'int32', shape: [4] }, Int32Array.of(0, 1, value, 2))
      const ones = backend.upload({ dtype: 'float32', shape: [LARGE] }, new Float32Array(LARGE).fill(1))
      const broken = picking.overwriting?.(ones) ?? ones
      const after = picking.overwriting?.(broken) ?? broken
      const bystander = like(ones)
      picking.run([ones, indices(LARGE)], [broken])
      picking.run([broken, indices(3)], [after])
      const error = `gather: index ${LARGE} is outside 0 … ${LARGE - 1}`
      await expect(backend.download(after)).rejects.toThrow(error)
      expect(() => backend.downloadSync(broken)).toThrow(error)
      expect(() => picking.run([broken, indices(3)], [bystander])).toThrow(error)
      // What was to be overwritten has not been touched.
      picking.run([ones, indices(3)], [bystander])
      expect((await backend.download(bystander))[LARGE - 1]).toBe(5)
      expect(new Set(backend.downloadSync(ones))).toEqual(new Set([1]))
    })
  })
}

const { name, kernels, path } = testedKernels()[0]

describe.skipIf(kernels === undefined)(`runs that go on in other threads, ${name}`, () => {
  if (kernels === undefined) return
  const backend = new CpuBackend(kernels)
  const { scalar } = valuesOn(backend)

  /** What overlapping runs need in another thread or process. */
  const task = (runs: number, turns: number, ending: 'read' | 'leave' | 'exit') => {
    const { words } = serialize(planKernels(fuse(simplify(countingGraph(turns)))))
    return { path, words: [...words], bytes: 4, runs, ending }
  }
  const script = fileURLToPath(new URL('../support/overlappingRuns.mjs', import.meta.url))
  const inWorker = (workerData: unknown): { worker: Worker; answer: Promise<unknown>; exit: Promise<number> } => {
    const worker = new Worker(script, { workerData })
    const exit = new Promise<number>((resolve) => worker.once('exit', resolve))
    const answer = new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    return { worker, answer, exit }
  }

  it('tell the JavaScript thread that has started them', async () => {
    const turns = 5000
    const program = backend.load(simplify(countingGraph(turns)))
    const workers = [1, 2].map(() => inWorker(task(6, turns, 'read')))
    let value = scalar(1)
    for (let i = 0; i < 20; i++) {
      const next = scalar(0)
      program.run([value], [next])
      value = next
    }
    expect((await backend.download(value))[0]).toBe(1 + 20 * turns)
    for (const { answer, exit } of workers) {
      expect(await answer).toMatchObject({ toldOf: true, value: 1 + 6 * turns, unfinished: 0 })
      expect(await exit).toBe(0)
    }
  })

  it('end with their JavaScript thread', async () => {
    const program = backend.load(simplify(countingGraph(1000)))
    for (let round = 0; round < 8; round++) {
      const { worker, answer, exit } = inWorker(task(10, 20_000, round % 2 === 0 ? 'leave' : 'exit'))
      await answer
      const next = scalar(0)
      program.run([scalar(round)], [next])
      if (round % 4 < 2) await worker.terminate()
      await exit
      expect((await backend.download(next))[0]).toBe(round + 1000)
    }
  })

  it('need no second thread, and none of the pool', async () => {
    const run = promisify(execFile)
    for (const ending of ['read', 'leave', 'exit'] as const) {
      const { stdout } = await run(process.execPath, [script, JSON.stringify(task(4, 20_000, ending))], {
        env: { ...process.env, SHAPEWISE_THREADS: '1' },
      })
      const wanted = ending === 'read' ? { toldOf: true, value: 1 + 4 * 20_000, unfinished: 0 } : {}
      expect(JSON.parse(stdout)).toEqual({ threads: 1, ...wanted })
    }
  })
})

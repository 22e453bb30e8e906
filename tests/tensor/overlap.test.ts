import { arange, backendNames, compile, full, setBackend, type Tensor, tensor, Variable } from 'shapewise'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadSync, storageOf } from '../../src/tensor/runtime.js'

/** Elements enough that programs on them go on after the call. */
const LARGE = 1 << 20
const outside = `take: index ${LARGE} is outside 0 … ${LARGE - 1}`

const isBuilt = backendNames().includes('native')

describe.runIf(isBuilt)(isBuilt ? 'programs that go on after the call' : 'the native backend is not built here', () => {
  beforeEach(() => setBackend('native'))
  afterEach(() => setBackend('native'))

  const index = (value: number): Tensor => tensor(Int32Array.of(value))
  /** Runs keep their order: those started before are over when this one is. */
  const allOver = async (): Promise<unknown> => tensor(new Float32Array(LARGE)).add(1).data()

  /** Adds to a large variable what it has at an index, and gives the old sum divided by its size. */
  function accumulator() {
    const total = new Variable(full([LARGE], 1), 'total')
    const count = new Variable(tensor(0), 'count')
    const step = compile((i: Tensor) => {
      const mean = total.value.mean()
      total.assign(total.value.add(total.value.take(i)))
      count.assign(count.value.add(1))
      return mean
    })
    const values = async (): Promise<readonly number[]> => {
      const all = await total.value.data()
      return [all[0], all[LARGE - 1], await count.value.item()]
    }
    return { total, count, step, values }
  }

  it('compute what they would at once', async () => {
    const { step, values } = accumulator()
    const means = Array.from({ length: 5 }, () => step(index(3)))
    expect(await Promise.all(means.map((mean) => mean.item()))).toEqual([1, 2, 4, 8, 16])
    expect(await values()).toEqual([32, 32, 5])
  })

  it.each(['in place', 'beside a tensor that shares it'])(
    'leave variables as they were if they fail, %s',
    async (where) => {
      const { total, step, values } = accumulator()
      await step(index(3)).item()
      const held = where === 'in place' ? undefined : total.value
      await expect(step(index(LARGE)).item()).rejects.toThrow(outside)
      expect(() => step(index(LARGE)).itemSync()).toThrow(outside)
      expect(await values()).toEqual([2, 2, 1])
      expect(await step(index(3)).item()).toBe(2)
      expect(await values()).toEqual([4, 4, 2])
      if (held !== undefined) expect((await held.data())[5]).toBe(2)
    },
  )

  it.each([4, LARGE])('leave variables alone also where only a result fails, of size %i', async (size) => {
    const state = new Variable(full([size], 1))
    const table = arange(size)
    const step = compile((i: Tensor) => {
      state.assign(state.value.mul(2))
      return table.take(i)
    })
    await step(index(1)).array()
    const attempt = async (): Promise<unknown> => step(index(LARGE)).array()
    await expect(attempt()).rejects.toThrow(`take: index ${LARGE} is outside`)
    expect(await step(index(2)).array()).toEqual([2])
    expect((await state.value.data())[size - 1]).toBe(4)
  })

  it('take along what was started on top of them', async () => {
    const { step, values } = accumulator()
    const means = [3, LARGE, 3, 3].map((i) => step(index(i)))
    const results = await Promise.allSettled(means.map((mean) => mean.item()))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
    for (const result of results.slice(1)) expect(String((result as PromiseRejectedResult).reason)).toContain(outside)
    expect(await values()).toEqual([2, 2, 1])
  })

  it('tell of a failure that nobody reads at the next call', async () => {
    const { step, values } = accumulator()
    step(index(LARGE))
    await allOver()
    expect(() => step(index(3))).toThrow(outside)
    expect(await step(index(3)).item()).toBe(1)
    expect(await values()).toEqual([2, 2, 1])
  })

  it('tell of a failure that nobody reads when a variable is read', async () => {
    const { count, step, values } = accumulator()
    step(index(LARGE))
    await allOver()
    expect(() => count.value).toThrow(outside)
    expect(await values()).toEqual([1, 1, 0])
    expect(await step(index(3)).item()).toBe(1)
  })

  it('tell everybody who reads, and nobody else', async () => {
    const { count, step, values } = accumulator()
    const mean = step(index(LARGE))
    for (let i = 0; i < 2; i++) await expect(mean.item()).rejects.toThrow(outside)
    expect(() => mean.add(1).itemSync()).toThrow(outside)
    expect(await count.value.item()).toBe(0)
    expect(await values()).toEqual([1, 1, 0])
  })

  it('give donated tensors back if they fail', async () => {
    const add = compile((x: Tensor, i: Tensor) => x.add(x.take(i)), { donate: [0] })
    const x = full([LARGE], 1).add(1)
    await x.data()
    const moved = compile((y: Tensor) => y.mul(2))(x)
    await expect(add(moved, index(LARGE)).data()).rejects.toThrow(outside)
    expect((await moved.data())[9]).toBe(4)
    expect((await add(moved, index(0)).data())[9]).toBe(8)
  })

  it('do not write over what is being read', async () => {
    const double = compile((y: Tensor) => y.mul(2), { donate: true })
    const x = compile(() => full([LARGE], 3))()
    const reading = x.data()
    const doubled = double(x)
    expect((await reading)[LARGE - 1]).toBe(3)
    expect((await doubled.data())[LARGE - 1]).toBe(6)
  })

  it('fail again where uncompiled code needs them again', async () => {
    const x = full([LARGE], 1).add(1)
    const y = x.add(x.take(index(LARGE)))
    for (let i = 0; i < 2; i++) await expect(y.data()).rejects.toThrow(outside)
    expect(() => y.add(1).dataSync()).toThrow(outside)
    const state = new Variable(full([LARGE], 1))
    state.assign(state.value.add(1))
    const z = state.value.add(state.value.take(index(LARGE)))
    await expect(z.data()).rejects.toThrow(outside)
    expect((await state.value.data())[1]).toBe(2)
  })

  it('are waited for by other backends', async () => {
    const { step, values } = accumulator()
    for (let i = 0; i < 4; i++) step(index(3))
    setBackend('reference')
    expect(await step(index(3)).item()).toBe(16)
    setBackend('native')
    expect(await step(index(3)).item()).toBe(32)
    expect(await values()).toEqual([64, 64, 6])
  })

  it.skipIf(!backendNames().includes('wasm'))('leave other backends no memory that may be used again', () => {
    setBackend('wasm')
    const x = tensor([1, 2, 3]).add(1)
    expect(x.dataSync()).toEqual(new Float32Array([2, 3, 4]))
    setBackend('native')
    expect(x.mul(2).dataSync()).toEqual(new Float32Array([4, 6, 8]))
    expect(downloadSync(storageOf(x.node)).buffer.byteLength).toBe(12)
  })

  it('are waited for by the search for NaN', async () => {
    const state = new Variable(full([LARGE], 1))
    const step = compile(
      (x: Tensor) => {
        state.assign(state.value.add(x.log().sum()))
        return state.value.sum()
      },
      { check: true, name: 'step' },
    )
    expect(await step(full([LARGE], 1)).item()).toBe(LARGE)
    expect(() => step(full([LARGE], -1))).toThrow('step: log on float32')
    expect((await state.value.data())[0]).toBe(1)
  })

  it('do not pile up in a loop that never waits', async () => {
    const { step, total, values } = accumulator()
    total.assign(full([LARGE], 0))
    const bytes = 4 * LARGE
    const grow = compile(() => total.value.add(1))
    let most = 0
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 300; i++) {
      grow()
      if (i % 10 === 0) globalThis.gc?.()
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    // 300 results of 4 MB; eight unfinished runs, and ten results that wait for the garbage collector.
    expect(most).toBeLessThan(30 * bytes)
    step(index(0))
    expect(await values()).toEqual([0, 0, 1])
  })
})

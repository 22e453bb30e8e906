import { describe, expect, it } from 'vitest'
import { backend, compile, setBackend, type Tensor, zeros } from '../../src/index.js'
import { lenet } from '../../src/models/index.js'

const ofLenet = () => {
  const model = lenet().eval()
  const run = compile((x: Tensor<[number, 28, 28, 1]>) => model.forward(x), { name: 'lenet' })
  return { run, x: zeros([4, 28, 28, 1]) }
}

describe('programs as data', () => {
  it('say what explain prints', async () => {
    const { run, x } = ofLenet()
    expect(run.programs()).toEqual([])
    await run(x).data()
    const [program] = run.programs()
    const text = run.explain()
    expect(text).toContain(`on ${program!.backend}`)
    expect(text).toContain(program!.trace.reason)
    expect(text).toContain(`${program!.kernels.length} kernels`)
    const lines = text.split('\n').slice(1, -1)
    expect(lines).toHaveLength(program!.kernels.length)
    if (program!.backend !== 'reference') {
      program!.kernels.forEach(({ title }, i) => {
        expect(lines[i]).toContain(title)
      })
      // Two convolutions and three products, each with what follows it: bias and relu.
      const products = program!.kernels.filter(({ kind }) => kind === 'convolution' || kind === 'contraction')
      expect(products.map(({ operations }) => operations[0])).toEqual(['conv', 'conv', 'dot', 'dot', 'dot'])
      for (const { operations } of products.slice(0, 4)) expect(operations.length).toBeGreaterThan(1)
    }
    // 2 · 416,520 multiply-adds a picture, and less than a tenth for everything else.
    expect(program!.flops).toBeGreaterThan(4 * 2 * 416_520)
    expect(program!.flops).toBeLessThan(1.1 * 4 * 2 * 416_520)
    expect(program!.kernels.reduce((sum, { flops }) => sum + flops, 0)).toBe(program!.flops)
    expect(program!.kernels.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(program!.bytesMoved)
    // What lies in the arena lies in it.
    for (const { outputs } of program!.kernels) {
      for (const { place } of outputs)
        if (place.kind === 'arena') expect(place.offset).toBeLessThan(program!.arenaBytes)
    }
  })

  it.skipIf(backend().name === 'reference')('tell how long each kernel takes', async () => {
    const { run, x } = ofLenet()
    await run(x).data()
    const [program] = run.programs()
    const times = program!.timeKernels()
    expect(times).toHaveLength(program!.kernels.length)
    for (const time of times) expect(time).toBeGreaterThan(0)
    // The same function still runs, and gives what it gave.
    expect((await run(x).data()).length).toBe(40)
    const chol = compile((a: Tensor<[3, 3]>) => a.cholesky().sum())
    await expect((async () => chol(zeros([3, 3])).data())()).rejects.toThrow('not positive definite')
    const [failing] = chol.programs()
    expect(failing!.timeKernels().some((time) => time === undefined)).toBe(true)
  })

  it('have no times where there are no kernels', async () => {
    const before = backend().name
    setBackend('reference')
    try {
      const { run, x } = ofLenet()
      await run(x).data()
      expect(() => run.programs()[0]!.timeKernels()).toThrow('has no kernels')
    } finally {
      setBackend(before)
    }
  })
})

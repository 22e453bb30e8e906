import { expect, it } from 'vitest'
import type { Failure } from '../../src/backends/backend.js'
import { CpuBackend, type CpuStorage } from '../../src/backends/cpu/backend.js'
import { build } from '../../src/graph/index.js'
import { FakeKernels } from '../support/fakeKernels.js'

const LARGE = 1 << 20
const SMALL = 4

/** x ↦ −x on vectors of a size, with storages for it. */
function vectors(size: number) {
  const kernels = new FakeKernels()
  const backend = new CpuBackend(kernels)
  const negation = (n: number) => {
    const x = build.input('float32', [n])
    return backend.load({ inputs: [x], outputs: [build.neg(x)] })
  }
  const storage = (n = size): CpuStorage => backend.allocate({ dtype: 'float32', shape: [n] })
  return { kernels, backend, storage, run: negation(size), small: negation(SMALL) }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('small programs run at once, but not past unfinished ones', () => {
  const { kernels, storage, run, small } = vectors(LARGE)
  small.run([storage(SMALL)], [storage(SMALL)])
  run.run([storage()], [storage()])
  small.run([storage(SMALL)], [storage(SMALL)])
  kernels.finishFirst()
  small.run([storage(SMALL)], [storage(SMALL)])
  kernels.finishFirst()
  kernels.finishFirst()
  small.run([storage(SMALL)], [storage(SMALL)])
  expect(kernels.log).toEqual(['run here, 0 unfinished', 'start', 'start', 'start', 'run here, 0 unfinished'])
})

it('who starts more than a few runs waits for the oldest', () => {
  const { kernels, storage, run } = vectors(LARGE)
  for (let i = 0; i < 100; i++) run.run([storage()], [storage()])
  expect(kernels.mostUnfinished).toBe(8)
  expect(kernels.log.filter((line) => line === 'wait')).toHaveLength(92)
})

it('runs that hold much memory are fewer', () => {
  // 64 MB in and 64 MB out: a third one would exceed 256 MB.
  const { kernels, storage, run } = vectors(1 << 24)
  for (let i = 0; i < 5; i++) run.run([storage()], [storage()])
  expect(kernels.mostUnfinished).toBe(2)
  // A run of 400 MB has to be possible, alone.
  const huge = vectors(50 * 2 ** 20)
  for (let i = 0; i < 2; i++) huge.run.run([huge.storage()], [huge.storage()])
  expect(huge.kernels.mostUnfinished).toBe(1)
})

it('reading blocks only where it says so, and only for what it reads', async () => {
  const { kernels, backend, storage, run } = vectors(LARGE)
  const [first, second] = [storage(), storage()]
  run.run([storage()], [first])
  run.run([storage()], [second])
  const events: string[] = []
  const reading = backend.download(first).then(() => events.push('read'))
  await turn()
  await turn()
  events.push('finish')
  kernels.finishFirst()
  await reading
  expect(events).toEqual(['finish', 'read'])
  expect(kernels.log).toEqual(['start', 'start'])
  backend.downloadSync(second)
  expect(kernels.log).toEqual(['start', 'start', 'wait'])
})

it('a failure reaches those that build on it and nobody else', async () => {
  const { kernels, backend, storage, run } = vectors(LARGE)
  const [a, b, c, other] = [storage(), storage(), storage(), storage()]
  const calledBack: (string | undefined)[] = []
  const note = (name: string) => (failure: Failure | undefined) =>
    void calledBack.push(`${name} ${failure === undefined ? 'good' : 'failed'}`)
  run.run([storage()], [a])?.whenFinished(note('a'))
  run.run([storage()], [other])?.whenFinished(note('other'))
  run.run([a], [b])?.whenFinished(note('b'))
  run.run([b], [c])?.whenFinished(note('c'))
  expect(kernels.unfinished.map(({ after }) => after.length)).toEqual([0, 0, 1, 1])
  kernels.finishFirst(1)
  for (let i = 0; i < 3; i++) kernels.finishFirst()
  await turn()
  // What has been changed is undone last things first.
  expect(calledBack).toEqual(['c failed', 'b failed', 'a failed', 'other good'])
  for (const storage of [c, a, b]) {
    await expect(backend.download(storage)).rejects.toThrow('gather: index 7 is outside 0 … 4')
    expect(() => backend.downloadSync(storage)).toThrow('gather: index 7 is outside 0 … 4')
    expect(() => run.run([storage], [a])).toThrow('gather: index 7 is outside 0 … 4')
  }
  expect(backend.downloadSync(other)).toHaveLength(LARGE)
})

it('what is overwritten by a run that fails is still there', () => {
  const { kernels, backend, run } = vectors(LARGE)
  const before = backend.upload({ dtype: 'float32', shape: [LARGE] }, new Float32Array(LARGE).fill(3))
  const after = run.overwriting?.(before) ?? before
  run.run([before], [after])
  kernels.finishFirst(3)
  expect(() => backend.downloadSync(after)).toThrow(/this machine does not have/)
  expect(backend.downloadSync(before)[0]).toBe(3)
})

it('tells whether somebody knows of a failure', async () => {
  const { kernels, backend, storage, run } = vectors(LARGE)
  const failures: (Failure | undefined)[] = []
  const fail = async (read: (output: CpuStorage) => void): Promise<void> => {
    const output = storage()
    run.run([storage()], [output])?.whenFinished((failure) => failures.push(failure))
    read(output)
    kernels.finishFirst(1)
    await turn()
  }
  await fail(() => {})
  await fail((output) => void backend.download(output).catch(() => {}))
  expect(failures.map((failure) => failure?.isTold)).toEqual([false, true])
})

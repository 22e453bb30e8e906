import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  batchStream,
  dataset,
  exampleStream,
  floatColumn,
  floats,
  generate,
  label,
  labelColumn,
  lengthOf,
  RandomStream,
  type Stream,
  sequence,
  stream,
} from '../../src/data/index.js'
import { nodeProgram } from '../../src/data/pipeline/workers.js'
import type { Tensor } from '../../src/index.js'
import { runDatasetTest } from '../support/runDatasetTest.js'

const range = (length: number) => Array.from({ length }, (_, i) => i)
const numbers = (length: number) => stream(range(length))
const one = (number: number) => [number]
const many = (list: readonly number[]) => list
const labelled = (length: number) =>
  dataset({
    inputs: floatColumn(
      Float32Array.from({ length: 2 * length }, (_, i) => i >> 1),
      [2],
    ),
    labels: labelColumn(Int32Array.from({ length }, (_, i) => i)),
  })

describe('streams', () => {
  runDatasetTest('a list', numbers, { numbers: one })
  runDatasetTest('generated', (length) => generate(({ index }) => index, { length }), { numbers: one })
  runDatasetTest('read one after the other', (length) => stream(() => range(length)), { numbers: one })
  runDatasetTest('map', (length) => numbers(length).map(async (n) => n), { numbers: one })
  runDatasetTest(
    'random map',
    (length) => numbers(length).map((n, { seed }) => ({ n, random: new RandomStream(seed).normal() })),
    { numbers: ({ n }) => [n] },
  )
  runDatasetTest('filter', (length) => numbers(length).filter((n) => n % 3 === 1), {
    numbers: one,
    delivers: (length) => range(length).filter((n) => n % 3 === 1),
  })
  runDatasetTest('flatMap', (length) => numbers(length).flatMap((n) => new Array<number>(n % 4).fill(n)), {
    numbers: one,
    delivers: (length) => range(length).flatMap((n) => new Array<number>(n % 4).fill(n)),
  })
  runDatasetTest('shuffle', (length) => numbers(length).shuffle({ seed: 3 }), { numbers: one, shuffles: true })
  runDatasetTest('shuffle in windows', (length) => numbers(length).shuffle({ seed: 3, window: 50 }), {
    numbers: one,
    shuffles: true,
  })
  runDatasetTest('batch', (length) => numbers(length).batch(7), { numbers: many })
  runDatasetTest('batch dropLast', (length) => numbers(length).batch(7, { dropLast: true }), {
    numbers: many,
    delivers: (length) => range(length - (length % 7)),
  })
  runDatasetTest(
    'bucket',
    (length) => numbers(length).bucket({ batchSize: 4, by: (n) => n % 10, window: 5, seed: 1 }),
    { numbers: many, shuffles: true },
  )
  runDatasetTest('repeat', (length) => numbers(length).shuffle({ seed: 1 }).repeat(3), {
    numbers: one,
    delivers: (length) => [...range(length), ...range(length), ...range(length)],
    shuffles: true,
  })
  runDatasetTest('take', (length) => numbers(length).take(5), { numbers: one, delivers: (n) => range(Math.min(n, 5)) })
  runDatasetTest('skip', (length) => numbers(length).skip(2), { numbers: one, delivers: (n) => range(n).slice(2) })
  runDatasetTest('concat', (length) => numbers(length >> 1).concat(stream(range(length).slice(length >> 1))), {
    numbers: one,
  })
  runDatasetTest('zip', (length) => numbers(length).zip(numbers(length + 2).filter((n) => n > 1)), {
    numbers: ([a, b]) => [a, b],
    delivers: (length) => range(length).flatMap((n) => [n, n + 2]),
  })
  for (const weights of [undefined, [1, 4, 2]]) {
    const parts = (length: number) =>
      [0, 1, 2].map((part) => numbers(length).filter((n) => n % 7 === part || (part === 2 && n % 7 > 2)))
    runDatasetTest(
      weights ? 'interleave by weights' : 'interleave',
      (length) => {
        const [first, ...others] = parts(length)
        return first!.interleave(others, { weights, seed: 2 })
      },
      { numbers: one, shuffles: weights !== undefined },
    )
  }
  runDatasetTest('cache', (length) => numbers(length).cache().shuffle({ seed: 5 }), { numbers: one, shuffles: true })
  runDatasetTest('prefetch', (length) => numbers(length).shuffle({ seed: 5, window: 9 }).prefetch(5), {
    numbers: one,
    shuffles: true,
  })
  runDatasetTest('examples', (length) => exampleStream(labelled(length), { shuffle: true, seed: 1 }), {
    lengths: [1, 3, 64, 600],
    numbers: ({ inputs, labels }) => {
      expect([...inputs]).toEqual([labels, labels])
      return [labels]
    },
    shuffles: true,
  })
  runDatasetTest('batches', (length) => batchStream(labelled(length), { batchSize: 8, shuffle: true, seed: 1 }), {
    lengths: [1, 3, 64, 600],
    numbers: ({ labels }) => labels.data,
    shuffles: true,
  })
  runDatasetTest(
    'all of it together',
    (length) =>
      numbers(length)
        .filter((n) => n % 2 === 0)
        .concat(numbers(length).filter((n) => n % 2 === 1))
        .shuffle({ seed: 1, window: 20 })
        .map((n, { seed }) => ({ n, noise: seed % 2 }))
        .batch(6)
        .prefetch(2)
        .flatMap((list) => [...list])
        .bucket({ batchSize: 5, by: ({ n }) => n % 3, window: 4 })
        .zip(generate(({ seed }) => seed)),
    { numbers: ([list]) => list.map(({ n }) => n), shuffles: true },
  )
  runDatasetTest(
    'in threads',
    (length) =>
      numbers(length)
        .map((number) => ({ number }))
        .mapInWorkers<{ number: number; seed: number }>(new URL('./double.mjs', import.meta.url), {
          workers: 1,
          ahead: 8,
          onFallback: (reason) => expect.fail(reason),
        }),
    { lengths: [5], numbers: ({ number }) => [number / 2] },
  )

  it('deliver at any cut what they deliver at once (random pipelines)', async () => {
    type Step = (source: Stream<number>) => Stream<number>
    const steps: readonly Step[] = [
      (s) => s.shuffle({ seed: 1, window: 4 }),
      (s) => s.map((n, { seed }) => (n + (seed % 5)) % 1000),
      (s) => s.filter((n) => n % 3 !== 0),
      (s) => s.flatMap((n) => [n, n]),
      (s) => s.batch(3).flatMap((list) => [...list].reverse()),
      (s) => s.repeat(2),
      (s) => s.take(17),
      (s) => s.prefetch(3),
      (s) => s.concat(s),
      (s) => s.zip(s.skip(1)).map(([a, b]) => a + b),
      (s) => s.interleave([s.take(3)]),
      (s) => s.bucket({ batchSize: 2, by: (n) => n, window: 3 }).flatMap((list) => [...list]),
      (s) => s.cache(),
    ]
    const chosen = fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(chosen, fc.nat(9), fc.nat(2), fc.nat(), async (path, length, epoch, cut) => {
        const make = () => path.reduce((source, step) => step(source), numbers(length))
        const all = await make().toArray(epoch)
        const stop = cut % (all.length + 1)
        const pass = make().epoch(epoch)
        for (let i = 0; i < stop; i++) await pass.next()
        const rest: number[] = []
        for await (const n of make().resume(JSON.parse(JSON.stringify(pass.position())))) rest.push(n)
        expect(rest).toEqual(all.slice(stop))
      }),
      { numRuns: 150 },
    )
  })

  it('repeat goes over rounds without elements, and says so in its position', async () => {
    const odd = (count?: number) =>
      generate(({ epoch }) => epoch, { length: 1 })
        .filter((n) => n % 2 === 1)
        .repeat(count)
    expect(await odd(4).toArray(0)).toEqual([1, 3])
    const resumed: number[] = []
    for await (const n of odd(4).resume(odd(4).epoch(0).position())) resumed.push(n)
    expect(resumed).toEqual([1, 3])
    // Without end it stops at the first of them, resumed or not.
    const endless: number[] = []
    for await (const n of odd().resume(odd().epoch(0).position())) endless.push(n)
    expect([endless, await odd().toArray(0)]).toEqual([[], []])
  })

  it('refuse positions of other pipelines', () => {
    const saved = numbers(3).shuffle().epoch().position()
    expect(() =>
      numbers(3)
        .map((n) => n)
        .resume(saved),
    ).toThrow(/the position does not belong to this pipeline: map/)
    expect(() => numbers(3).resume({ epoch: 0, at: { stage: 'elements', at: 4 } })).toThrow(/does not belong/)
    expect(() => numbers(3).resume({ epoch: -1, at: null })).toThrow(/resume is -1/)
    expect(() =>
      numbers(3)
        .zip(numbers(3))
        .resume({ epoch: 0, at: { stage: 'zip', of: [] } }),
    ).toThrow(/does not belong/)
  })

  it('without elements end, also when repeated', async () => {
    expect(await numbers(0).repeat().toArray()).toEqual([])
    expect(
      await numbers(5)
        .filter(() => false)
        .repeat()
        .toArray(),
    ).toEqual([])
  })

  it('pass on errors of the functions and close what they have opened', async () => {
    let closed = 0
    const source = stream(function* () {
      try {
        yield* range(10)
      } finally {
        closed++
      }
    })
    const failing = source.map((n) => {
      if (n === 3) throw new Error('three')
      return n
    })
    await expect(failing.prefetch(2).toArray()).rejects.toThrow('three')
    expect(closed).toBe(1)
    for await (const n of source.batch(2).prefetch(1)) if (n[0] === 2) break
    expect(closed).toBe(2)
  })

  it('read ahead, but not further than told', async () => {
    let read = 0
    const pass = generate(({ index }) => {
      read++
      return index
    })
      .prefetch(3)
      .epoch()
    await pass.next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(read).toBe(4)
    await pass.return()
  })

  it('refuse functions that open nothing', async () => {
    await expect(stream((() => 3) as never).toArray()).rejects.toThrow(/the function returned a number \(3\)/)
  })

  it('refuse options and sizes that are wrong', () => {
    expect(() => numbers(3).batch(0)).toThrow(/the size is 0/)
    expect(() => numbers(3).shuffle({ windwo: 3 } as object)).toThrow(/no option 'windwo'.*window/)
    expect(() => numbers(3).interleave([numbers(2)], { weights: [1] })).toThrow(/weights are 1/)
    expect(() => numbers(3).take(-1)).toThrow(/take is -1/)
    expect(() => numbers(3).zip([1] as never)).toThrow(/zip: an Array is no stream/)
    expect(() => numbers(3).concat(Promise.resolve() as never)).toThrow(/concat: a Promise is no stream.*Await it/)
    expect(() => numbers(3).interleave([3 as never])).toThrow(/interleave: a number \(3\) is no stream/)
    expect(() => numbers(3).shuffle({ seed: 0.5 })).toThrow(/shuffle: the seed is a number \(0\.5\)/)
    expect(() => stream([{ x: 1 }]).batch(1, { x: 3 } as never)).toThrow(/the feature "x" is a number \(3\)/)
    expect(() => stream([{ size: 1 }]).batch(1, { size: label() } as never)).toThrow(/a batch has a size of its own/)
  })
})

describe('threads', () => {
  const work = new URL('./double.mjs', import.meta.url)
  const elements = (length: number) => numbers(length).map((number) => ({ number }))

  it('do the same as the module here', async () => {
    const fallbacks: string[] = []
    const onFallback = (reason: string) => fallbacks.push(reason)
    const [there, here] = [2, 0].map((workers) => elements(9).mapInWorkers(work, { workers, seed: 4, onFallback }))
    expect(await there!.toArray(2)).toEqual(await here!.toArray(2))
    expect(fallbacks).toEqual([])
  })

  it.each([[], ['--input-type=module']])(
    'start whatever the flags of the process (%s)',
    async (...execArgv: string[]) => {
      const worker = new Worker(nodeProgram(String(work)), { eval: true, execArgv })
      const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
      expect(answer).toEqual({ task: -1 })
      await worker.terminate()
    },
  )

  it('report what the function throws and a module that cannot be loaded', async () => {
    const bad = stream([{ number: -1 }])
    await expect(bad.mapInWorkers(work, { workers: 1 }).toArray()).rejects.toThrow(/there is no minus one/)
    const reasons: string[] = []
    const missing = bad.mapInWorkers(new URL('./nowhere.mjs', import.meta.url), {
      workers: 1,
      onFallback: (reason) => reasons.push(reason),
    })
    await expect(missing.toArray()).rejects.toThrow(/nowhere\.mjs: the module cannot be loaded/)
    expect(reasons).toHaveLength(1)
  })
})

describe('batches of streams', () => {
  it('are typed arrays and tensors', async () => {
    const examples = stream([0, 1, 2].map((n) => ({ inputs: [n, 255], labels: n })))
    const made = examples.batch(2, { inputs: floats([2, 1], { scale: 1 / 255 }), labels: label({ classes: 3 }) })
    const [batch, last] = await made.toArray()
    expect([batch!.size, last!.size]).toEqual([2, 1])
    expect(batch!.inputs).toEqual({ dtype: 'float32', shape: [2, 2, 1], data: new Float32Array([0, 1, 1 / 255, 1]) })
    const { inputs, labels } = batch!.tensors()
    expectTypeOf(inputs).toEqualTypeOf<Tensor<[number, 2, 1]>>()
    expectTypeOf(labels).toEqualTypeOf<Tensor<[number]>>()
    expect(inputs.shape).toEqual([2, 2, 1])
    expect(labels.dtype).toBe('int32')
    await expect(labels.array()).resolves.toEqual([0, 1])
  })

  it('are padded to the longest sequence', async () => {
    const texts = stream([[1, 2, 3], [4], []].map((words) => ({ words })))
    const [batch] = await texts
      .batch(3, { words: sequence('int32', [], { pad: 9, multipleOf: 2 }), steps: lengthOf('words') })
      .toArray()
    expect(batch!.words.shape).toEqual([3, 4])
    expect([...batch!.words.data]).toEqual([1, 2, 3, 9, 4, 9, 9, 9, 9, 9, 9, 9])
    expect([...batch!.steps.data]).toEqual([3, 1, 0])
    await expect(texts.batch(2, { words: sequence('int32', [], { longest: 2 }) }).toArray()).rejects.toThrow(
      /has 3 steps, more than 2/,
    )
  })

  it('name the feature and the example that do not fit', async () => {
    const of = (example: object, feature = floats([2])) => stream([example]).batch(1, { x: feature }).toArray()
    await expect(of({ x: [1] })).rejects.toThrow(/"x" of example 0 has 1 values, not 2 values \[2\]/)
    await expect(of({ y: [1] })).rejects.toThrow(/"x" of example 0 is undefined/)
    await expect(of({ x: [1, Number.NaN] })).rejects.toThrow(/holds NaN/)
    await expect(
      stream([{ x: 3 }])
        .batch(1, { x: label({ classes: 3 }) })
        .toArray(),
    ).rejects.toThrow(/holds 3.*labels 0 … 2/)
  })

  it('of buckets hardly pad', async () => {
    const random = new RandomStream(1)
    const texts = stream(range(640).map(() => ({ words: new Int32Array(1 + random.integer(100)) })))
    const padded = async (batches: Stream<readonly { words: Int32Array }[]>) => {
      const made = await batches.collate({ words: sequence('int32'), steps: lengthOf('words') }).toArray()
      const [cells, words] = made.reduce(
        ([a, b], { words, steps }) => [a + words.data.length, b + steps.data.reduce((x, y) => x + y)],
        [0, 0],
      )
      return 1 - words / cells
    }
    expect(await padded(texts.batch(32))).toBeGreaterThan(0.4)
    expect(await padded(texts.bucket({ batchSize: 32, by: ({ words }) => words.length }))).toBeLessThan(0.1)
  })
})

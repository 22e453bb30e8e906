import { expect, it } from 'vitest'
import type { Metric } from '../../src/metrics/index.js'

/** The same shape of lists, objects and numbers, with numbers almost equal. */
export function expectAlike(what: string, actual: unknown, wanted: unknown, tolerance = 1e-9): void {
  if (typeof wanted === 'number') {
    const close =
      Object.is(actual, wanted) || Math.abs((actual as number) - wanted) <= tolerance * Math.max(1, Math.abs(wanted))
    if (!close) expect.fail(`${what} is ${actual} where ${wanted} is expected`)
    return
  }
  if (Array.isArray(wanted)) expect([what, (actual as unknown[]).length]).toEqual([what, wanted.length])
  for (const [key, value] of Object.entries(wanted as object)) {
    expectAlike(`${what}.${key}`, (actual as Record<string, unknown>)[key], value, tolerance)
  }
}

/**
 * What every metric has to keep: examples in batches of any size, empty ones among them, give the result of the whole, which is the
 * known one; `reset` forgets; `result` changes nothing; and without examples there is a clear error, or what is said here.
 *
 * @param whole inputs of all examples
 * @param cut the inputs of examples from … to − 1; by default parts of lists
 */
export function runMetricTest<Inputs extends readonly unknown[], Result>(
  name: string,
  make: () => Metric<Inputs, Result>,
  whole: Inputs,
  wanted: unknown,
  options: {
    readonly cut?: (whole: Inputs, from: number, to: number) => Inputs
    readonly count?: number
    readonly empty?: Result
    readonly view?: (result: Result) => unknown
  } = {},
): void {
  const lists = (inputs: Inputs, from: number, to: number): Inputs =>
    inputs.map((x) => (x as readonly unknown[]).slice(from, to)) as readonly unknown[] as Inputs
  const { cut = lists, count = (whole[0] as readonly unknown[]).length, view = (result) => result } = options
  it(name, () => {
    const metric = make()
    const expectEmpty = (): void => {
      if ('empty' in options) expect(metric.result()).toEqual(options.empty)
      else expect(() => metric.result()).toThrow(/there are no examples/)
    }
    expectEmpty()
    for (const size of [count, 1, 3, 7]) {
      for (let at = 0; at < count; at += size) {
        metric.update(...cut(whole, at, Math.min(count, at + size)))
        if (at === 0 && size === 3) metric.update(...cut(whole, 0, 0))
      }
      expectAlike(`${name} in batches of ${size}`, view(metric.result()), wanted)
      expectAlike(`${name}, asked again`, view(metric.result()), wanted)
      metric.reset()
      expectEmpty()
    }
  })
}

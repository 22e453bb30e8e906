import { expect, it } from 'vitest'
import type { Stream, StreamPosition } from '../../src/data/index.js'

export interface DatasetTruth<T> {
  /** Sizes of the data set; those at which something is different come first to mind. */
  readonly lengths?: readonly number[]
  /** The numbers of the examples in an element. */
  readonly numbers: (element: T) => Iterable<number>
  /** Which numbers an epoch delivers, in any order; by default each of 0 … length − 1 once. */
  readonly delivers?: (length: number) => readonly number[]
  /** Whether epochs differ in their order, at sizes at which they hardly can be equal. */
  readonly shuffles?: boolean
}

const range = (length: number) => Array.from({ length }, (_, i) => i)

/**
 * What every pipeline has to keep: nothing lost, nothing twice, the same order whenever it is built again, and a
 * position, through JSON and a new pipeline, that goes on exactly where it was taken.
 *
 * @param make builds the pipeline over `length` examples, anew at each call
 */
export function runDatasetTest<T>(name: string, make: (length: number) => Stream<T>, truth: DatasetTruth<T>): void {
  const { lengths = [0, 1, 3, 64, 600], numbers, delivers = range, shuffles = false } = truth
  const flat = (elements: readonly T[]) => elements.flatMap((element) => [...numbers(element)])
  const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b)

  it.each(lengths)(`${name}: %i examples`, async (length) => {
    const whole = [await make(length).toArray(0), await make(length).toArray(1)]
    for (const elements of whole) expect(sorted(flat(elements))).toEqual(sorted(delivers(length)))
    const again = make(length)
    expect(await again.toArray(1)).toEqual(whole[1])
    // Another epoch has left nothing behind.
    expect(await again.toArray(0)).toEqual(whole[0])
    if (shuffles && length > 10) {
      expect(flat(whole[0])).not.toEqual(flat(whole[1]))
      expect(flat(whole[0])).not.toEqual(sorted(flat(whole[0])))
    }

    for (const [epoch, elements] of whole.entries()) {
      const count = elements.length
      for (const stop of new Set([0, 1, 2, count >> 1, count - 1, count].filter((at) => at >= 0 && at <= count))) {
        const pass = make(length).epoch(epoch)
        for (let i = 0; i < stop; i++) expect((await pass.next()).value).toEqual(elements[i])
        const saved = JSON.stringify(pass.position())
        await pass.return()
        const position: StreamPosition = JSON.parse(saved)
        const resumed = make(length).resume(position)
        // Where nothing was read, the position is the same.
        expect(resumed.position()).toEqual(position)
        const rest: T[] = []
        for await (const element of resumed) rest.push(element)
        expect([epoch, stop, rest]).toEqual([epoch, stop, elements.slice(stop)])
      }
    }
  })
}

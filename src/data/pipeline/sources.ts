import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { type Context, type Cursor, elementSeed, type Next, readCount, readPosition, type Stage } from './stage.js'

/** `length` elements (Infinity: without end) that can be had by their place in the epoch. */
export function indexed<T>(length: number, open: (epoch: number) => (index: number) => T | Promise<T>): Stage<T> {
  return {
    open(epoch, from) {
      const read = readPosition('elements', from, ['at'])
      let at = read === undefined ? 0 : readCount('elements', read.at, length)
      // Made at the first element, so that the order of an epoch that is only planned costs nothing.
      let get: ((index: number) => T | Promise<T>) | undefined
      return {
        async next(): Promise<Next<T>> {
          if (at >= length) return undefined
          get ??= open(epoch)
          const value = await get(at)
          at++
          return { value }
        },
        position: () => ({ stage: 'elements', at }),
        close: () => undefined,
      }
    },
  }
}

/** Elements made from their number and a seed. */
export const generatedStage = <T>(length: number, seed: number, make: (context: Context) => T | Promise<T>): Stage<T> =>
  indexed(length, (epoch) => (index) => make({ index, epoch, seed: elementSeed(seed, epoch, index) }))

/** Elements that only come one after the other. Resuming reads again what was read. */
export function streamed<T>(open: (epoch: number) => AsyncIterable<T> | Iterable<T>): Stage<T> {
  return {
    open(epoch, from): Cursor<T> {
      const read = readPosition('stream', from, ['at'])
      let skip = read === undefined ? 0 : readCount('stream', read.at)
      let at = skip
      let iterator: AsyncIterator<T> | Iterator<T> | undefined
      const pull = async () => {
        iterator ??= iteratorOf(open(epoch))
        return iterator.next()
      }
      return {
        async next() {
          for (; skip > 0; skip--) if ((await pull()).done) return undefined
          const read = await pull()
          if (read.done) return undefined
          at++
          return { value: read.value }
        },
        position: () => ({ stage: 'stream', at }),
        async close() {
          await iterator?.return?.()
        },
      }
    },
  }
}

function iteratorOf<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  const object = Object(source) as Partial<AsyncIterable<T> & Iterable<T>>
  const iterator = object[Symbol.asyncIterator]?.() ?? object[Symbol.iterator]?.()
  if (iterator !== undefined) return iterator
  return fail(
    `stream: the function returned ${describe(source)}.`,
    'Return what can be iterated over: a generator, a list.',
  )
}

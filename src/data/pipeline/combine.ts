import { fail } from '../../core/errors.js'
import { RandomStream } from '../../core/threefry.js'
import { type Cursor, elementSeed, type Json, readCount, readPosition, type Stage } from './stage.js'

const closeAll = async (cursors: readonly (Cursor<unknown> | undefined)[]): Promise<void> => {
  for (const cursor of cursors) await cursor?.close()
}

/** The positions of several sources. */
function readAll(stage: string, value: Json, count: number): readonly Json[] {
  if (Array.isArray(value) && value.length === count) return value
  readCount(stage, JSON.stringify(value))
  return []
}

/** One after the other. */
export function concatStages<T>(sources: readonly Stage<T>[]): Stage<T> {
  return {
    open(epoch, from) {
      const read = readPosition('concat', from, ['part', 'from'])
      let part = read === undefined ? 0 : readCount('concat', read.part, sources.length - 1)
      let cursor = sources[part]!.open(epoch, read?.from)
      return {
        async next() {
          for (;;) {
            const next = await cursor.next()
            if (next !== undefined || part === sources.length - 1) return next
            await cursor.close()
            cursor = sources[++part]!.open(epoch, undefined)
          }
        },
        position: () => ({ stage: 'concat', part, from: cursor.position() }),
        close: () => cursor.close(),
      }
    },
  }
}

/** One element of each together, until one of them ends. */
export function zipStages(sources: readonly Stage<unknown>[]): Stage<readonly unknown[]> {
  return {
    open(epoch, from) {
      const read = readPosition('zip', from, ['of'])
      const positions = read && readAll('zip', read.of, sources.length)
      const cursors = sources.map((source, i) => source.open(epoch, positions?.[i]))
      // Read before, so that a source that ends does not leave the others one element ahead.
      let position: Json = { stage: 'zip', of: cursors.map((cursor) => cursor.position()) }
      let ended = false
      return {
        async next() {
          if (ended) return undefined
          const values: unknown[] = []
          for (const cursor of cursors) {
            const next = await cursor.next()
            if (next === undefined) {
              ended = true
              return undefined
            }
            values.push(next.value)
          }
          position = { stage: 'zip', of: cursors.map((cursor) => cursor.position()) }
          return { value: values }
        },
        position: () => position,
        close: () => closeAll(cursors),
      }
    },
  }
}

/**
 * Elements of several sources mixed: in turn, or with `weights` drawn at random. A source that has ended is left out; with
 * weights, the others share its probability.
 */
export function interleaveStages<T>(
  sources: readonly Stage<T>[],
  weights: readonly number[] | undefined,
  seed: number,
): Stage<T> {
  if (weights !== undefined) {
    const wrong = weights.length !== sources.length || weights.some((weight) => !(weight > 0 && weight < Infinity))
    if (wrong)
      fail(`interleave: the weights are ${weights.join(', ')}.`, 'Give a positive number for each of the streams.')
  }
  return {
    open(epoch, from) {
      const read = readPosition('interleave', from, ['at', 'turn', 'ended', 'of'])
      let at = read === undefined ? 0 : readCount('interleave', read.at)
      let turn = read === undefined ? 0 : readCount('interleave', read.turn, sources.length)
      const positions = read && readAll('interleave', read.of, sources.length)
      const cursors = sources.map((source, i) => source.open(epoch, positions?.[i]))
      const ended =
        read === undefined ? sources.map(() => false) : readAll('interleave', read.ended, sources.length).map(Boolean)
      const choose = (): number => {
        if (weights === undefined) {
          while (ended[turn % sources.length]) turn++
          return turn % sources.length
        }
        const open = weights.map((weight, i) => (ended[i] ? 0 : weight))
        const total = open.reduce((sum, weight) => sum + weight, 0)
        let left = new RandomStream(elementSeed(seed, epoch, at)).uniform(0, total)
        const found = open.findIndex((weight) => {
          left -= weight
          return left < 0
        })
        return found >= 0 ? found : ended.lastIndexOf(false)
      }
      return {
        async next() {
          while (ended.includes(false)) {
            const chosen = choose()
            const next = await cursors[chosen]!.next()
            if (next === undefined) {
              ended[chosen] = true
              continue
            }
            at++
            turn = (chosen + 1) % sources.length
            return next
          }
          return undefined
        },
        position: () => ({
          ...{ stage: 'interleave', at, turn, ended: [...ended] },
          of: cursors.map((cursor) => cursor.position()),
        }),
        close: () => closeAll(cursors),
      }
    },
  }
}

/** Again and again, each round in the order of an epoch of its own. */
export function repeatStage<T>(source: Stage<T>, count: number): Stage<T> {
  return {
    open(epoch, from) {
      const read = readPosition('repeat', from, ['round', 'given', 'from'])
      let round = read === undefined ? 0 : readCount('repeat', read.round)
      const epochOf = () => (count === Infinity ? epoch + round : epoch * count + round)
      let cursor = source.open(epochOf(), read?.from)
      let given = Boolean(read?.given)
      return {
        async next() {
          for (;;) {
            const next = await cursor.next()
            if (next !== undefined) {
              given = true
              return next
            }
            // Without end, a round without elements would be followed by others for ever.
            if ((count === Infinity && !given) || round + 1 >= count) return undefined
            await cursor.close()
            given = false
            round++
            cursor = source.open(epochOf(), undefined)
          }
        },
        position: () => ({ stage: 'repeat', round, given, from: cursor.position() }),
        close: () => cursor.close(),
      }
    },
  }
}

/** The first `count` elements. */
export function takeStage<T>(source: Stage<T>, count: number): Stage<T> {
  return {
    open(epoch, from) {
      const read = readPosition('take', from, ['taken', 'from'])
      let taken = read === undefined ? 0 : readCount('take', read.taken, count)
      const cursor = source.open(epoch, read?.from)
      return {
        async next() {
          if (taken >= count) return undefined
          const next = await cursor.next()
          if (next !== undefined) taken++
          return next
        },
        position: () => ({ stage: 'take', taken, from: cursor.position() }),
        close: () => cursor.close(),
      }
    },
  }
}

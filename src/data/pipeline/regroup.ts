import { type Json, readCount, readPosition, type Stage } from './stage.js'

export interface Regrouping<In, Out> {
  readonly name: string
  /** How many elements are taken together; the last of an epoch may be fewer. */
  readonly size: number
  /** Whether at most one is made of a group, so that nobody can stop within one. */
  readonly single?: boolean
  /** What is made of them. `index` counts the groups of the epoch. */
  readonly make: (items: readonly In[], index: number, epoch: number) => readonly Out[] | Promise<readonly Out[]>
}

/**
 * The stage behind most others: takes some elements and gives some. Map takes one and gives one, filter gives one or none,
 * batch gives one for many, shuffle gives as many in another order.
 *
 * A position is that of the source before the group, and how many of its results are given; resuming makes the group again.
 */
export function regroup<In, Out>(source: Stage<In>, { name, size, single, make }: Regrouping<In, Out>): Stage<Out> {
  return {
    open(epoch, from) {
      const read = readPosition(name, from, ['group', 'given', 'from'])
      const upstream = source.open(epoch, read?.from)
      let group = read === undefined ? 0 : readCount(name, read.group)
      /** Results of the group that are given already, before it has been made again. */
      let missing = read === undefined ? 0 : readCount(name, read.given)
      let results: readonly Out[] = []
      let given = 0
      let begin: Json = read?.from ?? null
      let ended = false
      return {
        async next() {
          while (given >= results.length) {
            if (results.length > 0) group++
            results = []
            given = 0
            if (ended) return undefined
            if (!single) begin = upstream.position()
            const items: In[] = []
            while (items.length < size) {
              const item = await upstream.next()
              if (item === undefined) {
                ended = true
                break
              }
              items.push(item.value)
            }
            if (items.length === 0) return undefined
            const made = await make(items, group, epoch)
            if (made.length <= missing) group++
            else results = made
            given = Math.min(missing, results.length)
            missing = 0
          }
          return { value: results[given++]! }
        },
        position() {
          if (given < results.length) return { stage: name, group, given, from: begin }
          // Not begun: what was asked for. Else behind the group.
          if (missing > 0) return { stage: name, group, given: missing, from: begin }
          return { stage: name, group: group + Number(results.length > 0), given: 0, from: upstream.position() }
        },
        close: () => upstream.close(),
      }
    },
  }
}

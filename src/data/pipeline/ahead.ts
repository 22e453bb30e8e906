import { type Context, elementSeed, type Json, type Next, readCount, readPosition, type Stage } from './stage.js'

/** Computes one element; several may be under way at once. */
export interface Mapper<In, Out> {
  map(value: In, context: Context): Promise<Out>
  close(): void | Promise<void>
}

interface Pending<Out> {
  readonly result: Promise<{ readonly out: Out } | { readonly error: unknown }>
  /** Of the source, behind this element. */
  readonly behind: Json
}

/**
 * Keeps up to `ahead` elements under way while the one before is used; they come in their order all the same. A position does not
 * count what is under way.
 */
export function aheadStage<In, Out>(
  source: Stage<In>,
  ahead: number,
  seed: number,
  openMapper: () => Mapper<In, Out>,
): Stage<Out> {
  return {
    open(epoch, from) {
      const read = readPosition('ahead', from, ['at', 'from'])
      let at = read === undefined ? 0 : readCount('ahead', read.at)
      let begun = at
      const upstream = source.open(epoch, read?.from)
      let behind = upstream.position()
      const mapper = openMapper()
      const pending: Pending<Out>[] = []
      let ended = false
      let failure: { readonly error: unknown } | undefined
      let filling: Promise<void> | undefined
      let wake: (() => void) | undefined
      let closed = false
      /** Reads on until enough is under way; one at a time, since a cursor answers one call after the other. */
      const fill = async (): Promise<void> => {
        while (!ended && !closed && failure === undefined && pending.length < ahead) {
          let next: Next<In>
          try {
            next = await upstream.next()
          } catch (error) {
            failure = { error }
            break
          }
          if (next === undefined) ended = true
          else {
            const index = begun++
            const context = { index, epoch, seed: elementSeed(seed, epoch, index) }
            const result = mapper.map(next.value, context).then(
              (out) => ({ out }),
              (error: unknown) => ({ error }),
            )
            pending.push({ result, behind: upstream.position() })
          }
          wake?.()
        }
      }
      const refill = () => {
        filling ??= fill().finally(() => {
          filling = undefined
          wake?.()
        })
      }
      return {
        async next() {
          refill()
          while (pending.length === 0) {
            if (failure !== undefined) throw failure.error
            if (ended || closed) return undefined
            await new Promise<void>((resolve) => {
              wake = resolve
              refill()
            })
          }
          const { result, behind: position } = pending[0]!
          const outcome = await result
          pending.shift()
          if ('error' in outcome) throw outcome.error
          at++
          behind = position
          refill()
          return { value: outcome.out }
        },
        position: () => ({ stage: 'ahead', at, from: behind }),
        async close() {
          closed = true
          wake?.()
          await filling
          await mapper.close()
          await upstream.close()
        },
      }
    },
  }
}

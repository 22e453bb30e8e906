import type { Candidate } from './check.js'
import { type Trial, trial } from './trial.js'

/** A run of seeds for one process. */
export interface Order {
  readonly first: number
  readonly count: number
  readonly backend: string
  /** Statements of a program, if not drawn. */
  readonly length?: number
}

export type News = { readonly started: number } | { readonly finished: Trial } | { readonly done: true }

const candidatesOf = (backend: string): readonly Candidate[] => [
  { backend, compiled: true },
  { backend, compiled: false },
]

const send = (news: News): void => {
  process.send?.(news)
}

/** Does what it is told by its parent process. */
export function serve(): void {
  process.on('message', ({ first, count, backend, length }: Order) => {
    const next = (seed: number): void => {
      if (seed === first + count) {
        send({ done: true })
        process.disconnect()
        return
      }
      send({ started: seed })
      send({ finished: trial(seed, candidatesOf(backend), { length }) })
      // A turn of the event loop, in which memory is freed.
      setImmediate(next, seed + 1)
    }
    next(first)
  })
}

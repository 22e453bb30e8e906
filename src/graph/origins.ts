import { nextNodeId } from './node.js'

/** Names who makes nodes, such as a layer by its path. */
export type Maker = () => string

/**
 * Which part of a program made which nodes, for messages. Ids grow, so it is enough to note from which on somebody makes them: nodes
 * cost nothing, and code that is not being traced notes nothing.
 */
export class Origins {
  readonly #from: number[] = []
  readonly #makers: (Maker | undefined)[] = []

  /** Who makes nodes now. */
  get now(): Maker | undefined {
    return this.#makers.at(-1)
  }

  /** Nodes from here on are made by somebody else. */
  mark(maker: Maker | undefined): void {
    if (maker === this.now) return
    this.#from.push(nextNodeId())
    this.#makers.push(maker)
  }

  /** Who made the node of this id. */
  of(id: number): Maker | undefined {
    let [low, high] = [0, this.#from.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#from[middle] <= id) low = middle + 1
      else high = middle
    }
    return this.#makers[low - 1]
  }
}

let current: Origins | undefined

/** Where to note who makes nodes, if anybody wants to know. */
export const currentOrigins = (): Origins | undefined => current

/** Runs `body` and notes who makes its nodes. */
export function notingOrigins<R>(origins: Origins, body: () => R): R {
  const before = current
  current = origins
  try {
    return body()
  } finally {
    current = before
  }
}

const gradients = new WeakMap<Maker, Maker>()

/** Who makes the nodes that carry a gradient back through those of `maker`. */
export function gradientOf(maker: Maker | undefined): Maker | undefined {
  if (maker === undefined) return undefined
  const known = gradients.get(maker) ?? (() => `the gradient of ${maker()}`)
  gradients.set(maker, known)
  return known
}

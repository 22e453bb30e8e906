import type { Pair } from 'shapewise/optim'

/** The part of the map's width within which a racer has arrived at a minimum. */
const ARRIVED = 0.01

/** What the standing is about. */
export interface Course {
  readonly x: Pair
  readonly minima: readonly Pair[]
}

/** How a racer stands after some steps. */
export interface Standing {
  readonly x: number
  readonly y: number
  readonly height: number
  /** To the nearest minimum. */
  readonly distance: number
  /** After which it has stayed beside a minimum until now; undefined if it is not there. */
  readonly arrived: number | undefined
}

/** Where a racer is and has been, three numbers a step as {@link Progress} has them. */
export class Way {
  #records = new Float32Array(3 * 256)
  #length = 0

  get steps(): number {
    return this.#length / 3 - 1
  }

  append(records: Float32Array): void {
    if (this.#length + records.length > this.#records.length) {
      const larger = new Float32Array(2 * (this.#length + records.length))
      larger.set(this.#records.subarray(0, this.#length))
      this.#records = larger
    }
    this.#records.set(records, this.#length)
    this.#length += records.length
  }

  /** The places until a step, x, y and height after each other. */
  until(step: number): Float32Array {
    return this.#records.subarray(0, 3 * Math.min(Math.floor(step) + 1, this.#length / 3))
  }

  /** Undefined if it has no place yet. */
  standing(step: number, { x: [left, right], minima }: Course): Standing | undefined {
    const last = Math.min(Math.floor(step), this.steps)
    if (last < 0) return undefined
    const away = (at: number): number =>
      Math.min(...minima.map(([x, y]) => Math.hypot(this.#records[3 * at]! - x, this.#records[3 * at + 1]! - y)))
    const near = ARRIVED * (right - left)
    let arrived: number | undefined
    for (let at = last; at >= 0 && away(at) <= near; at--) arrived = at
    const [placeX = 0, placeY = 0, height = 0] = this.#records.subarray(3 * last, 3 * last + 3)
    return { x: placeX, y: placeY, height, distance: away(last), arrived }
  }
}

import { compile, Parameter, stack, type Tensor, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import type { Pair, Surface } from 'shapewise/optim'
import { type Descent, descentOf } from './descents'
import type { Spec } from './methods'

/** Who is so many widths of the map away from it has diverged. */
const LOST = 3
/** Who leaves the computer's numbers before that has diverged too. */
const isNumber = (values: ArrayLike<number>): boolean => Array.from(values).every(Number.isFinite)

/** Why a racer does not go on. */
export type Ending = 'diverged' | 'converged'

/** One after another place of a racer: x, y and the height there, from the start. */
export interface Progress {
  readonly records: Float32Array
  readonly ended: Ending | undefined
}

export interface Track {
  readonly surface: Surface
  readonly start: Pair
  /** By how much of the map's width each step sees the surface shifted, on average. */
  readonly noise: number
}

/** An optimizer on its way down a surface. The same settings give the same way. */
export class Racer {
  readonly #surface: Surface
  readonly #noise: number
  readonly #place: Parameter
  readonly #descent: Descent
  readonly #step: (shift: Tensor) => Tensor
  /** One stream for all racers: each sees the same shifts. */
  readonly #random = new RandomStream(1)
  readonly #records: number[] = []
  #ended: Ending | undefined

  constructor({ surface, start, noise }: Track, spec: Spec) {
    this.#surface = surface
    this.#noise = noise * (surface.x[1] - surface.x[0])
    const place = new Parameter(tensor(start), 'place')
    this.#place = place
    const descent = descentOf(spec, place)
    this.#descent = descent
    const heightAt = (at: Tensor): Tensor => surface.height(at.at(0), at.at(1))
    // A step gives where it began.
    this.#step = compile((shift: Tensor) => {
      const here = place.value as Tensor
      const record = stack([here.at(0), here.at(1), heightAt(here)])
      if (descent.kind === 'compiled') descent.minimize(() => heightAt(place.value.add(shift)))
      return record
    })
  }

  /** Goes on until so many steps are known, or it has ended. */
  async advance(steps: number): Promise<Progress> {
    const before = this.#records.length
    while (this.#ended === undefined && this.#records.length <= 3 * steps) await this.#advance()
    return { records: Float32Array.from(this.#records.slice(before)), ended: this.#ended }
  }

  async #advance(): Promise<void> {
    const shift = [this.#random.normal() * this.#noise, this.#random.normal() * this.#noise] as const
    const record = this.#step(tensor(shift)).dataSync() as Float32Array
    if (!isNumber(record) || this.#isLost(record[0]!, record[1]!)) {
      this.#ended = 'diverged'
      return
    }
    this.#records.push(...record)
    if (this.#descent.kind !== 'whole') return
    const { ended } = await this.#descent.minimize(() => {
      const at = this.#place.value.add(tensor(shift))
      return this.#surface.height(at.at(0), at.at(1))
    })
    // Noise would never let it see that it is flat.
    if (ended !== 'iterations' && this.#noise === 0) {
      this.#records.push(...(this.#step(tensor(shift)).dataSync() as Float32Array))
      this.#ended = 'converged'
    }
  }

  #isLost(x: number, y: number): boolean {
    const { x: across, y: along } = this.#surface
    const width = across[1] - across[0]
    const outside = (value: number, [low, high]: Pair) => Math.max(low - value, value - high)
    return Math.max(outside(x, across), outside(y, along)) > LOST * width
  }
}

import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Metrics } from './events.js'

/** A sum over so many things, of which the mean is to be told: right answers over all labels. */
export interface Share {
  readonly sum: Tensor | number
  readonly count: Tensor | number
}

/** What a step has measured: a number, a scalar, or a sum over things of which there are not as many as examples. */
export type Measured = Tensor | number | Share

/** What a step gives back: the loss, or several values by name, or nothing. Names whose value is undefined are left out. */
export type Outcome = Tensor | number | Readonly<Record<string, Measured | undefined>>

/** The names of the values that an outcome has. */
export type MetricsOf<O> = O extends Tensor | number
  ? { readonly loss: number }
  : { readonly [Name in keyof O as undefined extends O[Name] ? never : Name]: number } & {
      readonly [Name in keyof O as undefined extends O[Name] ? Name : never]?: number
    }

/** A value that has been read, and how much it counts in a mean. */
interface Value {
  readonly name: string
  readonly value: number
  readonly weight: number
}

/** Reads what a step has measured on `examples` examples. Throws if a value is no scalar. */
export async function readOutcome(operation: string, outcome: Outcome, examples: number): Promise<readonly Value[]> {
  const named = isMeasured(outcome) ? { loss: outcome } : (outcome ?? {})
  if (typeof named !== 'object')
    fail(`${operation}: the step returned ${describe(outcome)}`, 'Return the loss, or values by name.')
  const read = Object.entries(named).map(async ([name, measured]): Promise<Value | undefined> => {
    if (measured === undefined) return undefined
    if (!isMeasured(measured)) {
      fail(`${operation}: the step returned ${describe(measured)} as '${name}'`, 'Return scalars or numbers by name.')
    }
    if (!isShare(measured)) return { name, value: await scalarOf(operation, name, measured), weight: examples }
    const sum = await scalarOf(operation, name, measured.sum)
    const count = await scalarOf(operation, name, measured.count)
    return { name, value: sum / count, weight: count }
  })
  return (await Promise.all(read)).filter((value) => value !== undefined)
}

const isShare = (value: unknown): value is Share =>
  typeof value === 'object' && value !== null && 'sum' in value && 'count' in value && isScalarLike(value.count)

const isMeasured = (value: unknown): value is Measured =>
  value instanceof Tensor || typeof value === 'number' || (isShare(value) && isScalarLike(value.sum))

const isScalarLike = (value: unknown): boolean => value instanceof Tensor || typeof value === 'number'

async function scalarOf(operation: string, name: string, value: Tensor | number): Promise<number> {
  if (typeof value === 'number') return value
  if (value.size !== 1) {
    fail(
      `${operation}: the step returned a tensor of shape [${value.shape.join(', ')}] as '${name}'`,
      'Return a scalar: its mean.',
    )
  }
  return Number(await value.item())
}

/** Means over examples that come in batches of different sizes. */
export class Totals {
  examples = 0
  #sums = new Map<string, { sum: number; weight: number }>()

  add(examples: number, values: readonly Value[]): void {
    this.examples += examples
    for (const { name, value, weight } of values) {
      const before = this.#sums.get(name) ?? { sum: 0, weight: 0 }
      this.#sums.set(name, { sum: before.sum + value * weight, weight: before.weight + weight })
    }
  }

  means(): Metrics {
    return Object.fromEntries([...this.#sums].map(([name, { sum, weight }]) => [name, sum / weight]))
  }

  state(): TotalsState {
    return { examples: this.examples, sums: Object.fromEntries(this.#sums) }
  }

  loadState({ examples, sums }: TotalsState): void {
    this.examples = examples
    this.#sums = new Map(Object.entries(sums))
  }
}

export interface TotalsState {
  readonly examples: number
  readonly sums: Readonly<Record<string, { readonly sum: number; readonly weight: number }>>
}

import { dtypes } from '../core/dtype.js'
import { sameShape } from '../core/shape.js'
import type { TensorType } from '../graph/primitives.js'
import { bytesOf } from '../graph/rules/movement.js'
import { Arena } from './arena.js'

/** Where a value lies while the program runs. */
export type Place =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }
  | { readonly kind: 'arena'; readonly offset: number }
  | { readonly kind: 'constant'; readonly value: number }

/** What the memory plan has to know of a step; values are given by number. */
export interface Task {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /** Whether the values that are read can make it fail. */
  readonly mayFail: boolean
  /** Whether the value written at this position may take the bytes of a value that is read. */
  mayOverwrite(position: number, read: number): boolean
}

/** What is to be placed: values, of which the first come from outside, in the order in which tasks touch them. */
export interface Lifetimes {
  readonly values: readonly TensorType[]
  /** How many of the first values are inputs. */
  readonly inputs: number
  readonly tasks: readonly Task[]
  /** The type of each output and its value; undefined if that is a constant. */
  readonly outputs: readonly (TensorType & { readonly value: number | undefined })[]
  /** Inputs whose bytes outputs may take. */
  readonly donated: ReadonlySet<number>
}

/** Places that live together without harm. */
export interface Placement {
  /** By value. */
  readonly places: readonly Place[]
  /** Outputs that are not computed into place: inputs, constants, or a second output of the same value. */
  readonly copied: readonly number[]
  /**
   * Output i may lie in the storage of input reuse[i], which is donated and no longer read when it is written; nor can the
   * program fail any more by then, since a failed one must leave the values of its inputs.
   */
  readonly reuse: readonly (number | undefined)[]
  /** Bytes for all intermediate values; values whose lifetimes do not overlap share them. */
  readonly arenaBytes: number
  /** What the intermediate values would take without sharing. */
  readonly unsharedBytes: number
}

/** Gives every value its place. */
export function placeValues({ values, inputs, tasks, outputs, donated }: Lifetimes): Placement {
  const places: Place[] = Array.from({ length: inputs }, (_, index) => ({ kind: 'input', index }))
  const lastRead = new Array<number>(values.length).fill(-1)
  const writer = new Map<number, { readonly at: number; readonly position: number }>()
  tasks.forEach(({ reads, writes }, at) => {
    writes.forEach((value, position) => {
      lastRead[value] = at
      writer.set(value, { at, position })
    })
    for (const value of reads) lastRead[value] = at
  })

  const copied: number[] = []
  outputs.forEach(({ value }, index) => {
    if (value !== undefined && places[value] === undefined) {
      places[value] = { kind: 'output', index }
      return
    }
    copied.push(index)
    if (value !== undefined) lastRead[value] = tasks.length
  })

  const lastFailing = tasks.findLastIndex(({ mayFail }) => mayFail)
  const sorted = [...donated].sort((a, b) => a - b)
  const reused = new Set<number>()
  const reuse = outputs.map(({ dtype, shape, value }, index) => {
    const written = value === undefined ? undefined : writer.get(value)
    if (value === undefined || written === undefined || copied.includes(index)) return undefined
    if (written.at <= lastFailing) return undefined
    const fits = (input: number): boolean =>
      !reused.has(input) &&
      (lastRead[input] < written.at ||
        (lastRead[input] === written.at && tasks[written.at].mayOverwrite(written.position, input))) &&
      values[input].dtype === dtype &&
      sameShape(values[input].shape, shape)
    // What is overwritten in place could serve no other output; what has been free for long could.
    const candidates = sorted.filter(fits)
    const candidate = candidates.find((input) => lastRead[input] === written.at) ?? candidates[0]
    if (candidate !== undefined) reused.add(candidate)
    return candidate
  })

  const arena = new Arena()
  const expiring = new Map<number, number[]>()
  const passedOn = new Set<number>()
  let unsharedBytes = 0
  tasks.forEach(({ reads, writes, mayOverwrite }, at) => {
    writes.forEach((value, position) => {
      if (places[value] !== undefined) return
      const bytes = bytesOf(values[value])
      unsharedBytes += bytes
      const dying = reads.find(
        (read) =>
          places[read]?.kind === 'arena' &&
          lastRead[read] === at &&
          !passedOn.has(read) &&
          bytesOf(values[read]) === bytes &&
          dtypes[values[read].dtype].bytes === dtypes[values[value].dtype].bytes &&
          mayOverwrite(position, read),
      )
      if (dying !== undefined) passedOn.add(dying)
      places[value] = dying === undefined ? { kind: 'arena', offset: arena.take(bytes) } : places[dying]
      expiring.set(lastRead[value], [...(expiring.get(lastRead[value]) ?? []), value])
    })
    for (const value of expiring.get(at) ?? []) {
      const place = places[value]
      if (place.kind === 'arena' && !passedOn.has(value)) arena.give(place.offset, bytesOf(values[value]))
    }
  })
  // Values without elements need no task that writes them.
  for (let value = 0; value < values.length; value++) places[value] ??= { kind: 'arena', offset: 0 }
  return { places, copied, reuse, arenaBytes: arena.bytes, unsharedBytes }
}

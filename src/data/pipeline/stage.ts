import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { threefry2x32 } from '../../core/threefry.js'

/** Plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** An element, or undefined behind the last one. */
export type Next<T> = { readonly value: T } | undefined

/** Goes through the elements of one epoch. `next` is not called before the last call is answered. */
export interface Cursor<T> {
  next(): Promise<Next<T>>
  /** Where this stands: a cursor opened there gives what this one has not given yet. */
  position(): Json
  /** Lets go of files and threads; may be called at any time. */
  close(): void | Promise<void>
}

/** A part of a pipeline: everything about its elements is decided by the epoch and its settings. */
export interface Stage<T> {
  /** @param from a position of a cursor of this stage in the same epoch; undefined for the beginning */
  open(epoch: number, from: Json | undefined): Cursor<T>
}

/** What a function of a user is told besides the element. */
export interface Context {
  /** Which element this is, counted from 0 in each epoch. */
  readonly index: number
  readonly epoch: number
  /** A number of its own for each element and epoch, for random numbers: `new RandomStream(seed)`. */
  readonly seed: number
}

/** A seed of 52 bits for one element. */
export function elementSeed(seed: number, epoch: number, index: number): number {
  const [a, b] = threefry2x32(seed >>> 0, Math.floor(seed / 2 ** 32), epoch, 0x5eed)
  const [high, low] = threefry2x32(a, b, index >>> 0, Math.floor(index / 2 ** 32))
  return (high >>> 12) * 2 ** 32 + low
}

/** The settings under a stage's name in a position. Throws if it was made by another pipeline. */
export function readPosition<Names extends string>(
  stage: string,
  from: Json | undefined,
  names: readonly Names[],
): { readonly [Name in Names]: Json } | undefined {
  if (from === undefined) return undefined
  const fits =
    typeof from === 'object' && from !== null && !Array.isArray(from) && 'stage' in from && from.stage === stage
  if (!fits || names.some((name) => !(name in from))) refuse(stage, from)
  return from as { readonly [Name in Names]: Json }
}

/** A whole number of a position, from 0 to `most`. */
export function readCount(stage: string, value: Json, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most) return value
  return refuse(stage, value)
}

function refuse(stage: string, found: Json): never {
  const text = JSON.stringify(found) ?? describe(found)
  fail(
    `resume: the position does not belong to this pipeline: ${stage} is told ${text.slice(0, 80)}.`,
    'Build the pipeline with the same stages, data and settings as the one whose position was saved.',
  )
}

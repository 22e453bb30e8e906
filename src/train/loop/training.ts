import type { Module } from '../../nn/index.js'
import type { Optimizer } from '../../optim/index.js'
import type { RunFolder } from '../store/run-folder.js'
import type { EpochEvent } from './events.js'

/** A training as its callbacks see it. */
export interface Training {
  /** Models and optimizers by the names of their parts. */
  readonly modules: ReadonlyMap<string, Module>
  readonly optimizers: ReadonlyMap<string, Optimizer>
  /** Steps that are done. */
  readonly step: number
  readonly epochs: number
  /** The epochs that are over. */
  readonly history: readonly EpochEvent[]
  /** Where the run is stored, if it is. */
  readonly folder: RunFolder | undefined
  /** Copies the state of all parts and the random generator, and gives what puts it back. No step may be under way; see `waits`. */
  snapshot(): Promise<() => void>
  /** Runs something with the models in evaluation mode. */
  evaluated<R>(body: () => R | Promise<R>): Promise<R>
  /** Ends the training after the next step, or after the epoch if it is at its end. */
  stop(reason: string): void
  /** Stores a checkpoint as soon as all callbacks have been told of this step or epoch, and keeps the last `keep` (2) of them. */
  save(keep?: number): void
  /** Says something to people; it is stored with the run. */
  note(text: string): void
}

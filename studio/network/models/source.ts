import type { ProgramReport } from 'shapewise'
import type { Graph } from '../graph/graph'
import type { InputSpec } from './input-spec'

/** Numbers with their shape. */
export interface Values {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/** Where a drawn model comes from, on the side of the worker. */
export interface Source {
  readonly graph: Graph
  /** What goes into it; empty if it cannot run. */
  readonly inputs: readonly InputSpec[]
  /** Where kernels and pictures have their channels. */
  readonly order: 'last' | 'first'
  /** What is worth saying of a file beside its drawing. */
  readonly notes: readonly string[]
  /** The values of a weight. */
  weight(name: string): Promise<Values>
  /** What the nodes give for these inputs, by their ids. */
  activations?(inputs: readonly Values[]): Promise<ReadonlyMap<string, Values>>
  /** The program that it becomes for such inputs. */
  program?(inputs: readonly Values[]): Promise<ProgramReport>
  close(): Promise<void>
}

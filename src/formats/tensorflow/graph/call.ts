import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import { valuesNow } from '../../onnx/import/known.js'
import type { Attributes } from './attributes.js'

/** An operation of a graph with the values that go in. */
export class Call {
  constructor(
    readonly op: string,
    readonly inputs: readonly Node[],
    readonly attributes: Attributes,
    readonly training: boolean,
  ) {}

  get x(): Node {
    return this.input(0)
  }

  input(i: number): Node {
    return this.inputs[i] ?? this.refuse(`input ${i} is missing`)
  }

  /** The elements of an input that has to be known when the graph is built, such as a shape. */
  values(i: number): readonly number[] {
    return valuesNow(this.input(i), this.attributes.label, `input ${i}`)
  }

  value(i: number): number {
    return this.values(i)[0] ?? this.refuse(`input ${i} has no element`)
  }

  /** An axis counted from the front. */
  axis(i: number, rank = this.x.rank): number {
    const axis = this.value(i)
    return axis < 0 ? axis + rank : axis
  }

  refuse(cause: string): never {
    return fail(`${this.attributes.label}: ${cause}.`, 'Such a graph is not supported.')
  }
}

/** What an operation gives: one output, or several. */
export type Row = (call: Call) => Node | readonly Node[]

export type Rows = Readonly<Record<string, Row>>

import type { DType } from '../../../core/dtype.js'
import { fail } from '../../../core/errors.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import type { Message } from '../file/schema.js'
import type { Values } from '../file/tensors.js'
import type { NodeAttributes } from './attributes.js'
import { valuesNow } from './known.js'

/** What a call of an operator needs of the run that it is part of. */
export interface Surroundings {
  /** Whether dropout drops and batch normalisation uses the batch. */
  readonly training: boolean
  /** The outputs of a graph inside of an attribute, for values of its inputs. */
  readonly runGraph: (graph: Message<'Graph'>, inputs: readonly Node[]) => Node[]
  /** A tensor of the file as a node that is no parameter. */
  readonly constant: (tensor: Message<'Tensor'>) => Node
  /** The elements of a tensor of the file. */
  readonly values: (tensor: Message<'Tensor'>) => Values
  /** Remembers the new value of running statistics, if `node` is one. */
  readonly follow: (node: Node, value: Node) => void
  /** float32 where the file says float16 and the user wants it so. */
  readonly dtype: (code: number, what: string) => DType
}

/** One node of a model with the values of its inputs. */
export class Call {
  constructor(
    readonly operator: string,
    /** The operator with the name of the node or its first output, for messages. */
    readonly label: string,
    /** The version of the operators that the model is written in. */
    readonly opset: number,
    readonly inputs: readonly (Node | undefined)[],
    readonly attributes: NodeAttributes,
    /** How many outputs the model names. */
    readonly outputs: number,
    readonly run: Surroundings,
  ) {}

  /** The first input. */
  get x(): Node {
    return this.input(0)
  }

  input(index: number): Node {
    return this.inputs[index] ?? this.refuse(`its input ${index} is missing`)
  }

  /** The numbers of an input that has to be known when the graph is built: a shape, a number of repetitions … */
  numbers(index: number): number[] {
    return valuesNow(this.input(index), this.label, `its input ${index}`)
  }

  /** Numbers that older versions of the operator have as an attribute, newer ones as an input; undefined if there are none. */
  numbersOf(attribute: string, index: number): readonly number[] | undefined {
    if (this.inputs[index] !== undefined) return this.numbers(index)
    return this.attributes.ints(attribute)
  }

  /** An axis counted from the front. */
  axis(axis: number, rank = this.x.rank): number {
    if (axis < -rank || axis >= rank) this.refuse(`there is no axis ${axis} among ${rank}`)
    return axis < 0 ? axis + rank : axis
  }

  refuse(cause: string, cure = 'Check that the model is valid, with onnx.checker or in another runtime.'): never {
    return fail(`${this.label}: ${cause}`, cure)
  }

  /** What the inputs look like, for messages. */
  describe(): string {
    return this.inputs.map((node) => (node === undefined ? '–' : `${node.dtype}${formatShape(node.shape)}`)).join(', ')
  }
}

/** What an operator gives: one value, or several. */
export type Results = Node | readonly (Node | undefined)[]

/** An operator on nodes. */
export type Row = (call: Call) => Results

/** Why an operator is not there. */
export interface Refusal {
  readonly refused: string
}
export const refused = (reason: string): Refusal => ({ refused: reason })

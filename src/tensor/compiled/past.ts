import { isFloat } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import { type Graph, topologicalOrder } from '../../graph/graph.js'
import { Node, type Storage } from '../../graph/node.js'
import type { Attributes } from '../../graph/primitives.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { dependence } from '../../transform/dependence.js'
import { lengthen, storedNode } from '../runtime.js'

/** How many calls of compiled functions are remembered for gradients of their results, and how many bytes of arguments with them. */
const REMEMBERED_CALLS = 4096
const REMEMBERED_BYTES = 64 * 2 ** 20
/** What is overwritten that a gradient needs is rather kept if it is no larger: the key of the generator, a counter. */
const KEPT_ELEMENTS = 16

/**
 * What the results of a compiled function know of how they came about, so that `grad(y, x)` works on them: each is an output of a
 * `call` of the traced graph on the arguments, variables and captured tensors. A call that overwrites what its results were
 * computed from cannot be differentiated later; its results say so instead of passing for values without a past.
 */
export class Past {
  /** Inputs that the program must not overwrite. */
  readonly kept: ReadonlySet<number>
  /** Of each result: whether a gradient can flow to an input. */
  readonly #flows: readonly boolean[]
  /** The inputs that gradients can flow to. */
  readonly #sources: readonly number[]
  readonly #isForgotten: boolean
  readonly #attributes: Attributes['call']
  readonly #bytes: number

  /**
   * @param graph its outputs begin with `results`, its inputs with `given` arguments
   * @param overwritten inputs that the program may overwrite: donated arguments, and variables that it assigns
   */
  constructor(name: string, graph: Graph, results: number, given: number, overwritten: ReadonlySet<number>) {
    const { inputs } = graph
    const outputs = graph.outputs.slice(0, results)
    const smooth = inputs.filter(({ dtype }) => isFloat(dtype))
    const { dependent } = dependence(outputs, smooth)
    const reached = new Set(topologicalOrder(outputs.filter((output) => dependent.has(output))))
    this.#flows = outputs.map((output) => dependent.has(output))
    this.#sources = inputs.flatMap((node, i) => (reached.has(node) && isFloat(node.dtype) ? [i] : []))
    const lost = [...overwritten].filter((index) => reached.has(inputs[index]))
    const canKeep = (index: number): boolean =>
      index >= given && !isFloat(inputs[index].dtype) && sizeOf(inputs[index].shape) <= KEPT_ELEMENTS
    this.#isForgotten = !lost.every(canKeep)
    this.kept = new Set(this.#isForgotten ? [] : lost)
    this.#attributes = { name, body: { inputs, outputs } }
    this.#bytes = inputs.slice(0, given).reduce((total, node) => total + bytesOf(node), 0)
  }

  /** The results of a call as nodes. */
  results(inputs: readonly Node[], storages: readonly Storage[]): Node[] {
    if (!this.#flows.includes(true)) return storages.map(storedNode)
    const types = storages.map(({ dtype, shape }) => ({ dtype, shape }))
    const call = this.#isForgotten ? undefined : new Node('call', inputs, this.#attributes, types)
    const origins = call === undefined ? this.#originsIn(inputs) : undefined
    const began = call === undefined ? 0 : lengthen(inputs, storages.length, this.#bytes)
    if (call !== undefined) remember(call, this.#bytes)
    return storages.map((storage, index) => {
      if (!this.#flows[index]) return storedNode(storage)
      const node =
        call === undefined
          ? new Node('call', [], this.#attributes, [types[index]])
          : new Node('result', [call], { index }, [types[index]])
      if (call === undefined) {
        node.release()
        node.origins = origins
      }
      node.storage = storage
      node.began = began
      return node
    })
  }

  /** The ids of the inputs that gradients would flow to; nothing if they have a past themselves. */
  #originsIn(inputs: readonly Node[]): readonly number[] | undefined {
    const ids: number[] = []
    for (const index of this.#sources) {
      const { id, inputs: before, released, op } = inputs[index]
      if (op !== 'stopGradient' && (before.length > 0 || released)) return undefined
      ids.push(id)
    }
    return ids
  }
}

interface Remembered {
  readonly call: WeakRef<Node>
  readonly bytes: number
}

/** The last calls, from `oldest` on in a circle. */
const calls: Remembered[] = []
let oldest = 0
let count = 0
let bytesOfCalls = 0

/** Lets the oldest calls go for a new one: what results hold on to, of all compiled functions together, is bounded. */
function remember(call: Node, bytes: number): void {
  while (count > 0 && (count === REMEMBERED_CALLS || bytesOfCalls + bytes > REMEMBERED_BYTES)) {
    const first = calls[oldest]
    first.call.deref()?.release()
    bytesOfCalls -= first.bytes
    oldest = (oldest + 1) % REMEMBERED_CALLS
    count--
  }
  calls[(oldest + count) % REMEMBERED_CALLS] = { call: new WeakRef(call), bytes }
  bytesOfCalls += bytes
  count++
}

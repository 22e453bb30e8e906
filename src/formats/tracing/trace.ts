import { fail, ShapewiseError } from '../../core/errors.js'
import { type Flat, flatten } from '../../core/tree.js'
import { input } from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { type Node, nextNodeId } from '../../graph/node.js'
import { notingOrigins, Origins } from '../../graph/origins.js'
import { isTensor } from '../../tensor/leaves.js'
import { evaluate } from '../../tensor/runtime.js'
import { Scope, type Slot, trace } from '../../tensor/scope.js'
import { Tensor } from '../../tensor/tensor.js'
import { capture } from '../../transform/capture.js'

/** A function as a graph: its inputs are the arguments, then the variables that it reads, then tensors from outside. */
export interface Traced {
  readonly graph: Graph
  readonly variables: readonly Slot[]
  readonly captured: readonly Node[]
  readonly result: Flat<Tensor>
  /** Which layer made which node. */
  readonly origins: Origins
}

/** Calls the function, for an operation that errors name, with placeholders for tensors of these types. */
export function traceForExport(...args: Parameters<typeof traced>): Traced {
  const origins = new Origins()
  return notingOrigins(origins, () => ({ ...traced(...args), origins }))
}

function traced(
  operation: string,
  fn: (...inputs: Tensor[]) => unknown,
  types: readonly { readonly dtype: Node['dtype']; readonly shape: readonly number[] }[],
): Omit<Traced, 'origins'> {
  const since = nextNodeId()
  const scope = new Scope(operation)
  const placeholders = types.map(({ dtype, shape }, i) => input(dtype, shape, `argument ${i}`))
  const returned = trace(scope, () => fn(...placeholders.map((node) => new Tensor(node))))
  if (returned instanceof Promise) {
    returned.catch(() => {})
    fail(`${operation}: the function is async`, 'Its graph is built at once: make it synchronous.')
  }
  const [written] = scope.writes.keys()
  if (written !== undefined) {
    fail(
      `${operation}: it assigns '${written.name}', and what is exported has no state`,
      'Put the model into evaluation mode, or return the new value.',
    )
  }
  const result = flatten(returned, isTensor, operation)
  if (result.leaves.length === 0)
    fail(`${operation}: it returns no tensor`, 'Return a tensor, or arrays and plain objects of tensors.')
  const variables = [...scope.reads.keys()]
  const { graph, captured } = capture(
    [...placeholders, ...scope.reads.values()],
    result.leaves.map(({ node }) => node),
    since,
  )
  evaluate(captured)
  return { graph, variables, captured, result }
}

/** As {@link traceForExport}, for a batch size that the user has not given. */
export function traceAnotherBatch(...args: Parameters<typeof traceForExport>): Traced {
  try {
    return traceForExport(...args)
  } catch (error) {
    if (!(error instanceof ShapewiseError)) throw error
    const [operation, , types] = args
    const { shape } = types[0]
    return fail(
      `${operation}: it cannot be traced with the batch size ${shape[0]}: ${error.message}`,
      "For a batch size that stays as it is, pass batch: 'fixed'.",
    )
  }
}

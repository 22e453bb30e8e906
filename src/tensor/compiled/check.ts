import { interpret } from '../../backends/reference/interpret.js'
import { decodeAll, isFloat, type TypedArray } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { type Graph, makeGraph, topologicalOrder } from '../../graph/graph.js'
import { hasResults, type Node, type Storage } from '../../graph/node.js'
import type { Origins } from '../../graph/origins.js'
import { formatType } from '../../graph/print.js'
import { downloadSync } from '../runtime.js'

/**
 * Looks for NaN in the results of a program and, if there is one, computes the graph again on the reference backend to
 * name the operation that made the first.
 */
export function checkForNaN(
  name: string,
  { graph, origins }: { readonly graph: Graph; readonly origins: Origins },
  inputs: readonly Storage[],
  outputs: readonly Storage[],
): void {
  const bad = outputs.findIndex(
    (storage) => isFloat(storage.dtype) && hasNaN(decodeAll(storage.dtype, downloadSync(storage))),
  )
  if (bad < 0) return
  const fromOutside = inputs.findIndex(
    (storage) => isFloat(storage.dtype) && hasNaN(decodeAll(storage.dtype, downloadSync(storage))),
  )
  if (fromOutside >= 0) {
    const source = graph.inputs[fromOutside]
    fail(
      `${name}: NaN comes in with ${source.attributes.name ?? 'a captured tensor'} (${formatType(source)})`,
      'Check the data, or the step before this one.',
    )
  }
  const culprit = firstNaN(graph, inputs)
  const maker = culprit && origins.of(culprit.id)
  const what =
    culprit === undefined ? `output ${bad}` : `${culprit.op} on ${culprit.inputs.map(formatType).join(' and ')}`
  fail(
    `${name}: ${what}${maker === undefined ? '' : ` in ${maker()}`} gives NaN`,
    'Usual causes: log or sqrt of something not positive, 0 / 0, or a learning rate that is too large.',
  )
}

function firstNaN(graph: Graph, inputs: readonly Storage[]): Node | undefined {
  const order = topologicalOrder(graph.outputs).filter((node) => !hasResults(node) && isFloat(node.dtype))
  const values = interpret(
    makeGraph(graph.inputs, order),
    inputs.map((storage) => ({ dtype: storage.dtype, shape: storage.shape, data: downloadSync(storage) })),
  )
  return order[values.findIndex(({ data }) => hasNaN(data))]
}

function hasNaN(data: TypedArray): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return true
  return false
}

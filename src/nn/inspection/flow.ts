import type { DType } from '../../core/dtype.js'
import { type Shape, sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import type { Variable } from '../../tensor/variable.js'
import { Module } from '../module.js'
import type { Call } from './calls.js'
import { type Forwarding, type SummaryInput, traceModel } from './inputs.js'
import { Spans } from './spans.js'

/** Where something is computed on the way from the inputs of a model to its outputs. */
export interface Stage {
  /** A call of a layer; what a layer computes itself, between those in it; or an end of the model. */
  readonly kind: 'input' | 'layer' | 'operations' | 'output'
  /** Of the layer, or of the one that the operations belong to; '' for the model, inputs and outputs. */
  readonly path: string
  /** The class with sizes and options; or the names of operations: `add, relu`. */
  readonly title: string
  /** Which call of the layer it is, from 0: a layer that is called several times shares its weights. */
  readonly call: number
  /** The stage that it lies in, by its place in the list. */
  readonly around: number | undefined
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: DType }[]
  /** How many numbers its own parameters hold, without the layers in it, at the first call of the layer. */
  readonly parameters: number
  /** Those of them that are trained. */
  readonly trainable: number
  /** How often it multiplies and adds, without the stages in it. */
  readonly multiplyAdds: number
  /** The bytes of its outputs; nothing where these are its inputs, or outputs of a layer in it. */
  readonly activationBytes: number
}

/** A tensor that goes from one stage into another; stages are given by their places in the list. */
export interface FlowEdge {
  readonly from: number
  readonly to: number
  readonly shape: Shape
  readonly dtype: DType
}

/** What a model does with its inputs, stage by stage. */
export interface Flow {
  /** Inputs, then the model (the first layer) with all that lies in it, in the order of computation, then outputs. */
  readonly stages: readonly Stage[]
  /** Between stages in which no others lie, always forwards in the list. Parameters are part of their layer. */
  readonly edges: readonly FlowEdge[]
}

/**
 * How data flows through a model: its layers as they are called, what is computed between them, and the tensors that go from one to
 * the other, with their shapes. Nothing is computed: the graph is made for inputs without values, in evaluation mode, and looked at.
 *
 * Numbers add up to those of {@link summary}. Layers that run in a loop (`scan`) are part of the layer that has the loop.
 *
 * @param inputs as for {@link summary}: `[null, 28, 28, 1]`, a tensor, or a list of these for a model of several inputs
 * @throws if the model does not take such inputs
 * @example
 * const block = residual(sequential(linear(3, 8), relu(), linear(8, 3)))
 * const { stages, edges } = flowOf(block, [null, 3])
 * stages.map(({ title }) => title) // input, Parallel residual, Identity, Sequential, Linear 3 → 8, Relu, Linear 8 → 3, add, output
 */
export function flowOf(model: Forwarding, inputs: SummaryInput | readonly SummaryInput[]): Flow {
  const traced = traceModel('flowOf', model, inputs, true)
  const spans = new Spans(traced)
  const stages: Stage[] = []
  const places = new Map<unknown, number>()
  const add = (key: unknown, stage: Partial<Stage> & Pick<Stage, 'kind' | 'title'>): void => {
    const nothing = { path: '', call: 0, around: undefined, outputs: [], multiplyAdds: 0, activationBytes: 0 }
    places.set(key, stages.push({ ...nothing, parameters: 0, trainable: 0, ...stage }) - 1)
  }
  const type = ({ shape, dtype }: Node) => ({ shape, dtype })
  for (const node of traced.inputs) add(node, { kind: 'input', title: 'input', outputs: [type(node)] })

  const modules = model.modules()
  const paths = new Map([...modules].map(([path, module]) => [module, path]))
  const owned = parametersByPath(
    model,
    new Set(traced.calls.flatMap(({ module, isInner }) => (isInner ? [] : (paths.get(module) ?? [])))),
  )
  const called = new Map<Module, number>()
  const visit = (call: Call, around: number | undefined, outer: string): void => {
    const { module, outputs, multiplyAdds, outputBytes } = call
    const path = paths.get(module) ?? outer
    const count = called.get(module) ?? 0
    called.set(module, count + 1)
    const isLeaf = spans.within(call).length === 0
    add(call, {
      ...{ kind: 'layer', path, title: Module.titleOf(module), call: count, around, outputs: outputs.map(type) },
      ...(count === 0 ? owned.get(path) : undefined),
      // What the calls in it leave over belongs to the operations between them.
      multiplyAdds: isLeaf ? multiplyAdds : 0,
      activationBytes: outputBytes,
    })
    const place = stages.length - 1
    spans.within(call).forEach((inner, i) => {
      operations(call, i, place, path, count)
      visit(inner, place, path)
    })
    if (!isLeaf) operations(call, spans.within(call).length, place, path, count)
  }
  const operations = (call: Call, gap: number, around: number, path: string, count: number): void => {
    const found = spans.between(call, gap)
    if (found === undefined) return
    const { nodes, title, multiplyAdds, outputs } = found
    add(nodes, { kind: 'operations', path, title, call: count, around, outputs: outputs.map(type), multiplyAdds })
  }
  for (const call of spans.within(undefined)) visit(call, undefined, '')
  traced.results.forEach((node, i) => {
    add(i, { kind: 'output', title: 'output', outputs: [type(node)] })
  })
  const edges = spans.edges().flatMap(({ from, to, node }) => {
    const [source, target] = [places.get(from), places.get(to)]
    return source === undefined || target === undefined ? [] : [{ from: source, to: target, ...type(node) }]
  })
  return { stages, edges }
}

/** How many numbers the parameters hold that lie in each of some modules and in none further inside. */
function parametersByPath(
  model: Module,
  known: ReadonlySet<string>,
): Map<string, Pick<Stage, 'parameters' | 'trainable'>> {
  const trained = new Set<Variable>(model.parameters())
  const found = new Map<string, { parameters: number; trainable: number }>()
  for (const [path, parameter] of model.namedParameters()) {
    let at = path
    while (at !== '' && !known.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('.')))
    const sum = found.get(at) ?? { parameters: 0, trainable: 0 }
    const count = sizeOf(parameter.shape)
    found.set(at, {
      parameters: sum.parameters + count,
      trainable: sum.trainable + (trained.has(parameter) ? count : 0),
    })
  }
  return found
}

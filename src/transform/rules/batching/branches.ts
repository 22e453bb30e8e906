import { isFloat } from '../../../core/dtype.js'
import * as build from '../../../graph/build.js'
import type { Graph } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import type { CustomGradient } from '../../../graph/primitives.js'
import { anyOf, close, evaluateInline, flagsOf, trace, withMask } from './inner.js'
import { type Batchable, type BatchingContext, type BatchingRules, batched, expanded, select } from './rule.js'

export const branchBatchings = {
  /** The driver hands over all outputs of the source. */
  result: ({ attributes: { index } }, outputs) => [outputs[index]],

  /** Where examples part, both branches are computed and each example takes its own; else there is one choice for all. */
  cond: (node, [predicate, ...operands], context) => {
    const { whenTrue, whenFalse } = node.attributes
    const { size } = context
    if (predicate.batched) {
      const a = branch(whenTrue, operands, predicate.value, context)
      const b = branch(whenFalse, operands, build.not(predicate.value), context)
      return a.map((value, i) => batched(select(predicate.value, expanded(value, size), expanded(b[i], size))))
    }
    const flags = flagsOf(operands)
    const a = trace(whenTrue, flags, context)
    const b = trace(whenFalse, flags, context)
    const given = anyOf(flagsOf(a.outputs), flagsOf(b.outputs))
    const values = operands.map(({ value }) => value)
    return build
      .cond(predicate.value, withMask(values, context), close(a, given, size), close(b, given, size))
      .map((value, i) => ({ value, batched: given[i] }))
  },

  call: (node, inputs, context) => {
    const { attributes } = node
    const body = trace(attributes.body, flagsOf(inputs), context)
    // A hand-written gradient is asked per example, so that it needs a cotangent per example for every output.
    const given = flagsOf(body.outputs).map((flag) => flag || attributes.gradient !== undefined)
    const values = inputs.map(({ value }) => value)
    const gradient = attributes.gradient && batchedGradient(attributes.gradient, flagsOf(inputs), context)
    return build
      .call(withMask(values, context), { ...attributes, body: close(body, given, context.size), gradient })
      .map((value, i) => ({ value, batched: given[i] }))
  },
} as const satisfies BatchingRules

/** The outputs of a branch that is for the `chosen` examples only. */
function branch(graph: Graph, operands: readonly Batchable[], chosen: Node, context: BatchingContext): Batchable[] {
  const { mask } = context
  const guarded = operands.map((operand) => {
    const { value } = operand
    if (!operand.batched || !isFloat(value.dtype)) return operand
    // The same value, but no gradient comes back from a branch not taken, where it may be NaN: 0 · ∞.
    return batched(select(chosen, value, build.stopGradient(value)))
  })
  return evaluateInline(graph, guarded, mask === undefined ? chosen : build.and(mask, chosen), context)
}

/** A hand-written gradient for a whole batch: asked once about stand-ins for one example, its answer is batched. */
function batchedGradient(
  gradient: CustomGradient,
  flags: readonly boolean[],
  context: BatchingContext,
): CustomGradient {
  return (inputs, outputs, cotangents) => {
    // What the gradient itself refers to may have been batched as well.
    const values = new Map(context.values)
    const standIn = (value: Node, isBatched = true): Node => {
      if (!isBatched) return value
      const example = build.input(value.dtype, value.shape.slice(1))
      values.set(example, [batched(value)])
      return example
    }
    const answers = gradient(
      flags.map((flag, i) => standIn(inputs[i], flag)),
      outputs.map((output) => standIn(output)),
      cotangents.map((cotangent) => standIn(cotangent)),
    )
    const mask = context.mask && inputs[flags.length]
    const found = answers.filter((answer) => answer !== undefined)
    const parts = context.evaluate(found, values, mask).map((part) => expanded(part, context.size))
    const partOf = new Map(found.map((answer, i) => [answer, parts[i]]))
    // An input that all examples share gets the sum of what each asks for; the mask at the end gets nothing.
    return inputs.map((_, i) => {
      const answer = answers[i]
      const part = answer && partOf.get(answer)
      return part === undefined || flags[i] ? part : build.reduceSum(part, [0])
    })
  }
}

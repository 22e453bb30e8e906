import { expectFunction } from '../core/arguments.js'
import { cureFor, describe } from '../core/describe.js'
import { fail, failShape } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import * as build from '../graph/build.js'
import { assignAll, type Body, closeBodies, handOutAll, refuseWanted, traceBody, writtenBy } from './functional/body.js'
import { flattenTensors, rebuildTensors, type TensorTree } from './leaves.js'
import { expectTensor } from './methods/operand.js'
import type { Tensor } from './tensor.js'
import type { AllSteps, StepOf, StepsOf } from './types/index.js'

/**
 * A loop over the leading axis of `sequence` that carries a state: `[carry, y] = body(carry, x)` for each slice x, with the
 * y stacked. Differentiable; variables assigned in the body are carried along.
 *
 * @param body returns `[next carry, output]`; the carry keeps its structure, shapes and dtypes, the output may be null
 * @param sequence a tensor or tree of tensors of shape [length, …]
 * @param options.reverse goes from the last slice to the first
 * @param options.length the number of steps, needed only if there is no sequence
 * @returns the last carry and the stacked outputs
 * @example
 * const [last, all] = scan((sum, x) => { const s = sum.add(x); return [s, s] }, zeros([]), values)
 */
export function scan<Carry extends TensorTree, Sequence extends TensorTree, Output extends TensorTree>(
  body: (carry: Carry, x: StepOf<Sequence>) => readonly [Carry, Output],
  init: Carry,
  sequence: Sequence,
  options: { readonly reverse?: boolean; readonly length?: number } = {},
): [Carry, AllSteps<Output, StepsOf<Sequence>>] {
  expectFunction('scan', 'the body', body)
  checkOptions('scan', options, { reverse: true, length: true })
  const carry = flattenTensors(init, 'scan carry')
  const xs = flattenTensors(sequence, 'scan sequence')
  const length = options.length ?? xs.leaves[0]?.shape[0]
  if (length === undefined) failShape('scan', 'the number of steps is not known', 'Pass a sequence, or options.length.')
  const slices = xs.leaves.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }))
  const step = (pair: unknown): unknown => {
    const returned: unknown = body(...(pair as [Carry, StepOf<Sequence>]))
    if (!Array.isArray(returned) || returned.length !== 2) {
      fail(
        `scan: the body returns ${describe(returned)}`,
        cureFor(returned, 'Return two things in a list: [carry, output].'),
      )
    }
    const [next, output] = returned
    const { structure } = flattenTensors(next, 'scan carry')
    if (structure !== carry.structure) {
      failShape(
        'scan',
        `the body returns a carry of structure ${structure}, it was given ${carry.structure}`,
        'Return [carry, output] with the same structure of carry.',
      )
    }
    return [next, output]
  }
  const traced = traceBody('scan', step, flattenTensors([init, sequence], 'scan'), [...carry.leaves, ...slices])
  const written = writtenBy([traced])
  const { graphs, captured } = closeBodies([traced], written)
  const [graph] = graphs
  // From (carry, slices, written, rest) → (carry, outputs, written) to the order of the primitive, carries first.
  const [c, s, w] = [carry.leaves.length, slices.length, written.length]
  const outputs = traced.outputs.length - c
  // The carries at the start of each step go out as well: the gradient needs them, and where it is not taken they are dropped.
  const carriesIn = [...graph.inputs.slice(0, c), ...graph.inputs.slice(c + s, c + s + w)]
  const reordered = {
    inputs: [...carriesIn, ...graph.inputs.slice(c, c + s), ...graph.inputs.slice(c + s + w)],
    outputs: [
      ...graph.outputs.slice(0, c),
      ...graph.outputs.slice(c + outputs),
      ...graph.outputs.slice(c, c + outputs),
      ...carriesIn,
    ],
  }
  const results = build.scan([...carry.leaves, ...written.map(({ node }) => node), ...xs.leaves, ...captured], {
    body: reordered,
    carries: c + w,
    sequences: s,
    length,
    reverse: options.reverse ?? false,
  })
  assignAll(written, results.slice(c, c + w))
  const given = [...results.slice(0, c), ...results.slice(c + w, c + w + outputs)]
  handOutAll(traced, given.slice(traced.result.leaves.length))
  return rebuildTensors(traced.result, given) as [Carry, AllSteps<Output, StepsOf<Sequence>>]
}

/**
 * Repeats `body` while `condition` holds, both functions of the carried state. Not differentiable in reverse, since the number of
 * steps is not known; use {@link scan} where a gradient is needed.
 *
 * @returns the last state
 */
export function whileLoop<Carry extends TensorTree>(
  condition: (carry: Carry) => Tensor,
  body: (carry: Carry) => Carry,
  init: Carry,
): Carry {
  expectFunction('whileLoop', 'the condition', condition)
  expectFunction('whileLoop', 'the body', body)
  const carry = flattenTensors(init, 'whileLoop carry')
  const bodies: readonly Body[] = [
    traceBody('whileLoop', (state) => condition(state as Carry), carry),
    traceBody('whileLoop', (state) => body(state as Carry), carry),
  ]
  refuseWanted(bodies, 'whileLoop', 'nobody knows how often the loop runs')
  const { structure } = bodies[1].result
  if (structure !== carry.structure) {
    failShape(
      'whileLoop',
      `the body returns structure ${structure}, it was given ${carry.structure}`,
      'Return the same.',
    )
  }
  const written = writtenBy(bodies)
  const { graphs, captured } = closeBodies(bodies, written)
  const results = build.whileLoop([...carry.leaves, ...written.map(({ node }) => node), ...captured], {
    condition: { inputs: graphs[0].inputs, outputs: graphs[0].outputs.slice(0, 1) },
    body: graphs[1],
    carries: carry.leaves.length + written.length,
  })
  assignAll(written, results.slice(carry.leaves.length))
  return rebuildTensors(carry, results.slice(0, carry.leaves.length)) as Carry
}

/**
 * One of two functions of the operands, chosen by a boolean scalar when the program runs; the other one does not run. Both
 * return the same structure, shapes and dtypes. Differentiable.
 */
export function cond<Operands extends readonly TensorTree[], Result extends TensorTree>(
  predicate: Tensor,
  whenTrue: (...operands: Operands) => Result,
  whenFalse: (...operands: Operands) => Result,
  ...operands: Operands
): Result {
  const choice = expectTensor('cond', 'the predicate', predicate)
  expectFunction('cond', 'the first branch', whenTrue)
  expectFunction('cond', 'the second branch', whenFalse)
  const given = flattenTensors(operands, 'cond operands')
  const bodies = [whenTrue, whenFalse].map((branch) =>
    traceBody('cond', (values) => branch(...(values as Operands)), given),
  )
  refuseWanted(bodies, 'cond', 'only one of the branches runs')
  const [first, second] = bodies
  if (first.result.structure !== second.result.structure) {
    failShape(
      'cond',
      `the branches return different structures, ${first.result.structure} and ${second.result.structure}`,
      'Return the same from both.',
    )
  }
  const written = writtenBy(bodies)
  const { graphs, captured } = closeBodies(bodies, written)
  const inputs = [...given.leaves, ...written.map(({ node }) => node), ...captured]
  const results = build.cond(choice, inputs, graphs[0], graphs[1])
  assignAll(written, results.slice(first.outputs.length))
  return rebuildTensors(first.result, results) as Result
}

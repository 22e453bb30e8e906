import { range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { cond, whileLoop } from '../../../../tensor/control.js'
import { Tensor } from '../../../../tensor/tensor.js'
import type { Call, Row } from '../call.js'
import { isKnown, valuesNow } from '../known.js'
import { nodes, scanNodes, tensors } from '../steps.js'

/** Branches may differ in shapes as long as the choice is known. */
const choice: Row = (call) => {
  const { attributes, run } = call
  const [yes, no] = [attributes.graph('then_branch'), attributes.graph('else_branch')]
  const predicate = build.reshape(call.x, [])
  if (isKnown(predicate)) return run.runGraph(valuesNow(predicate, call.label, 'its condition')[0] !== 0 ? yes : no, [])
  return nodes(
    cond(
      new Tensor(predicate),
      () => tensors(run.runGraph(yes, [])),
      () => tensors(run.runGraph(no, [])),
    ),
  )
}

/** Steps that are known one by one are written out. */
const MOST_STEPS = 10_000

const loop: Row = (call) => {
  const { attributes, inputs, run } = call
  const body = attributes.graph('body')
  const [limit, condition, ...start] = inputs
  const states = start.map((node, i) => node ?? call.refuse(`its state ${i} is missing`))
  const scalar = (node: Node): Node => build.reshape(node, [])
  const given = condition === undefined ? build.constant(1, 'bool') : scalar(condition)
  const limits = limit === undefined ? Number.POSITIVE_INFINITY : isKnown(limit) ? call.numbers(0)[0] : undefined
  const step = (index: Node, holds: Node, before: readonly Node[]): Node[] =>
    run.runGraph(body, [index, holds, ...before])
  if (limits !== undefined && isKnown(given)) {
    const unrolled = writtenOut(call, limits, given, states, step)
    if (unrolled !== undefined) return unrolled
  }
  return repeated(call, limit, given, states, step)
}

type Step = (index: Node, holds: Node, before: readonly Node[]) => Node[]

function writtenOut(call: Call, limit: number, given: Node, start: readonly Node[], step: Step): Node[] | undefined {
  let [holds, states] = [given, [...start]]
  const collected: Node[][] = []
  for (let i = 0; i < limit; i++) {
    if (!isKnown(holds)) return undefined
    if (valuesNow(holds, call.label, 'its condition')[0] === 0) break
    if (i >= MOST_STEPS)
      call.refuse(
        `it takes more than ${MOST_STEPS} steps`,
        'Longer loops need states of fixed shapes and a condition of their values.',
      )
    const [next, ...rest] = step(build.constant(i, 'int32'), holds, states)
    holds = build.reshape(next, [])
    states = rest.slice(0, start.length)
    collected.push(rest.slice(start.length))
  }
  const outputs = call.outputs - start.length
  return [
    ...states,
    ...range(outputs).map((output) => {
      if (collected.length === 0) return build.fill(0, [0], 'float32')
      return ops.stack(collected.map((all) => all[output]))
    }),
  ]
}

/** While a condition that is not known holds. */
function repeated(call: Call, limit: Node | undefined, given: Node, start: readonly Node[], step: Step): Node[] {
  if (call.outputs > start.length) {
    call.refuse(
      'it collects values over a number of steps that is known only when the compiled function runs',
      'Call the model outside of compile.',
    )
  }
  const end = limit === undefined ? undefined : build.reshape(build.cast(limit, 'int32'), [])
  const initial = tensors([build.constant(0, 'int32'), given, ...start])
  const last = whileLoop(
    ([index, holds]) => (end === undefined ? holds : new Tensor(build.and(holds.node, build.less(index.node, end)))),
    ([index, holds, ...states]) => {
      const [next, ...rest] = step(index.node, holds.node, nodes(states))
      const after = build.add(index.node, build.constant(1, 'int32'))
      return tensors([after, build.reshape(next, []), ...rest])
    },
    initial,
  )
  return nodes(last.slice(2))
}

/** A loop over slices, from version 9 on without a batch axis of its own. */
const scanOver: Row = (call) => {
  const { attributes, inputs, opset, run } = call
  if (opset < 9)
    call.refuse(
      'version 8 of Scan has another meaning',
      'Convert the model to version 9 or newer with onnx.version_converter.',
    )
  const body = attributes.graph('body')
  const sequences = attributes.int('num_scan_inputs')
  const states = inputs.length - sequences
  const all = inputs.map((_, i) => call.input(i))
  const outputs = call.outputs - states
  const option = (name: string, i: number): number => attributes.ints(name)?.[i] ?? 0
  const given = all.slice(states).map((node, i) => {
    const front = ops.moveAxis(node, option('scan_input_axes', i), 0)
    return option('scan_input_directions', i) === 0 ? front : ops.flip(front, 0)
  })
  const [last, collected] = scanNodes(
    (carry, slices) => {
      const results = run.runGraph(body, [...carry, ...slices])
      return [results.slice(0, states), results.slice(states)]
    },
    all.slice(0, states),
    given,
  )
  const stacked = range(outputs).map((i) => {
    const steps = option('scan_output_directions', i) === 0 ? collected[i] : ops.flip(collected[i], 0)
    const axis = option('scan_output_axes', i)
    return ops.moveAxis(steps, 0, axis)
  })
  return [...last, ...stacked]
}

export const controlOperators = { If: choice, Loop: loop, Scan: scanOver } as const satisfies {
  readonly [operator: string]: Row
}

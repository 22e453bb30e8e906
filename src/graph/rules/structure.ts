import { failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Graph } from '../graph.js'
import type { Primitive, TensorType } from '../primitives.js'
import type { TypeRule } from '../types.js'

const format = ({ dtype, shape }: TensorType): string => `${dtype}${formatShape(shape)}`

function expectTypes(
  operation: string,
  what: string,
  actual: readonly TensorType[],
  wanted: readonly TensorType[],
): void {
  if (actual.length !== wanted.length) {
    failShape(operation, `${what}: ${actual.length} values where ${wanted.length} are expected`)
  }
  actual.forEach((type, i) => {
    if (type.dtype !== wanted[i].dtype || !sameShape(type.shape, wanted[i].shape)) {
      failShape(
        operation,
        `${what} ${i} is ${format(type)} where ${format(wanted[i])} is expected`,
        'Shapes and dtypes must stay the same.',
      )
    }
  })
}

const typesOf = (graph: Graph): TensorType[] => graph.outputs.map(({ dtype, shape }) => ({ dtype, shape }))

export const structureRules = {
  result: ([source], { index }) => {
    const type = source.outputs[index]
    if (type === undefined) failShape('result', `there is no output ${index} of ${source.outputs.length}`)
    return type
  },
  scan: (inputs, { body, carries, sequences, length }) => {
    const elements = inputs.slice(carries, carries + sequences).map(({ dtype, shape }) => {
      if (shape[0] !== length) {
        failShape(
          'scan',
          `a sequence of shape ${formatShape(shape)} does not have ${length} steps on axis 0`,
          'All sequences need the same length.',
        )
      }
      return { dtype, shape: shape.slice(1) }
    })
    const given = [...inputs.slice(0, carries), ...elements, ...inputs.slice(carries + sequences)]
    expectTypes('scan', 'input', given, body.inputs)
    const outputs = typesOf(body)
    expectTypes('scan', 'carry', outputs.slice(0, carries), inputs.slice(0, carries))
    const stacked = outputs.slice(carries).map(({ dtype, shape }) => ({ dtype, shape: [length, ...shape] }))
    return [...outputs.slice(0, carries), ...stacked]
  },
  whileLoop: (inputs, { condition, body, carries }) => {
    expectTypes('whileLoop', 'input', inputs, body.inputs)
    expectTypes('whileLoop', 'input', inputs, condition.inputs)
    expectTypes('whileLoop', 'condition', typesOf(condition), [{ dtype: 'bool', shape: [] }])
    expectTypes('whileLoop', 'carry', typesOf(body), inputs.slice(0, carries))
    return typesOf(body)
  },
  cond: ([predicate, ...operands], { whenTrue, whenFalse }) => {
    expectTypes('cond', 'predicate', [predicate], [{ dtype: 'bool', shape: [] }])
    expectTypes('cond', 'operand', operands, whenTrue.inputs)
    expectTypes('cond', 'operand', operands, whenFalse.inputs)
    expectTypes('cond', 'output of the branches', typesOf(whenFalse), typesOf(whenTrue))
    return typesOf(whenTrue)
  },
  call: (inputs, { body }) => {
    expectTypes('call', 'input', inputs, body.inputs)
    return typesOf(body)
  },
} as const satisfies { readonly [P in Primitive]?: TypeRule<P> }

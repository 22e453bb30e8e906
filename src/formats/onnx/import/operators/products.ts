import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { inFloat32, like } from '../../../../operations/operand.js'
import type { Row } from '../call.js'

const gemm: Row = (call) => {
  const { attributes } = call
  const [a, b] = (['transA', 'transB'] as const).map((name, i) =>
    attributes.int(name, 0) === 0 ? call.input(i) : build.permute(call.input(i), [1, 0]),
  )
  const scaled = (x: Node, factor: number): Node => (factor === 1 ? x : build.mul(x, like(x, factor)))
  const product = scaled(ops.matmul(a, b), attributes.float('alpha', 1))
  const c = call.inputs[2]
  return c === undefined
    ? product
    : build.add(product, ops.expand(scaled(c, attributes.float('beta', 1)), product.shape))
}

export const productOperators = {
  Det: ({ x }) => ops.determinant(x),
  Einsum: (call) => {
    const equation = call.attributes.text('equation').replaceAll(' ', '')
    return inFloat32((...xs: Node[]) => ops.einsum(equation, ...xs))(...(call.inputs as readonly Node[]))
  },
  Gemm: gemm,
  MatMul: (call) => ops.matmul(call.x, call.input(1)),
} as const satisfies { readonly [operator: string]: Row }

import { describe, expect, it } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { interpret } from '../../src/backends/reference/interpret.js'
import { decodeAll } from '../../src/core/dtype.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import { randomElements, runOn } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

// Truth: the reference, which rounds the result of every primitive. Sums of few small whole numbers are exact in float32,
// whatever their order: then every bit must agree, and nothing in a fused loop may stay unrounded or be rounded twice.

const dtypes = ['float16', 'bfloat16'] as const
const { add, sub, mul, div, max, neg, sqrt, reduceSum, dot } = build

const whole = (x: Node): Node => build.floor(mul(x, build.fill(3, x.shape, x.dtype)))
const third = (x: Node): Node => div(x, build.fill(3, x.shape, x.dtype))
const rowsOf = (x: Node, sum: Node): Node => build.expand(build.reshape(sum, [...sum.shape, 1]), x.shape)

const programs: Readonly<Record<string, (x: Node, y: Node) => Node | readonly Node[]>> = {
  'a chain': (x, y) => sub(mul(add(third(x), y), third(y)), max(x, neg(third(y)))),
  'a chain of which parts are stored too': (x, y) => {
    const first = mul(third(x), third(y))
    const second = add(first, third(first))
    return [first, mul(second, second), third(second)]
  },
  'sums, and what is made of them': (x) => {
    const sum = reduceSum(whole(x), [1])
    return [third(sum), sub(third(x), third(rowsOf(x, sum)))]
  },
  'sums of sums': (x) => third(reduceSum(third(reduceSum(whole(x), [1])), [])),
  'sums down the columns': (x) => mul(third(reduceSum(whole(x), [0])), third(reduceSum(whole(x), [0]))),
  'a product with an epilogue': (x, y) => {
    const product = dot(whole(x), build.permute(whole(y), [1, 0]))
    const epilogue = add(third(product), third(third(product)))
    return [epilogue, reduceSum(whole(sqrt(max(epilogue, build.fill(0, epilogue.shape, x.dtype)))), [1])]
  },
  'casts between the two': (x, y) => {
    const other = x.dtype === 'float16' ? 'bfloat16' : 'float16'
    return build.cast(third(build.cast(mul(third(x), y), other)), x.dtype)
  },
}

for (const { name, kernels } of testedKernels()) {
  describe.runIf(kernels !== undefined)(name, () => {
    if (kernels === undefined) return
    const backend = new CpuBackend(kernels)
    describe.each(dtypes)('rounds every operation on %s like the reference:', (dtype) => {
      it.each(Object.entries(programs))('%s', (_, make) => {
        for (const shape of [
          [1, 1],
          [3, 5],
          [2, 64],
          [70, 600],
        ]) {
          const inputs = [build.input(dtype, shape), build.input(dtype, shape)]
          const graph = makeGraph(inputs, [make(inputs[0], inputs[1])].flat())
          const values = inputs.map((type, i) => randomElements(type, i))
          const wanted = interpret(graph, values)
          runOn(backend, graph, values).forEach((found, k) => {
            expect(decodeAll(dtype, found.data)).toEqual(decodeAll(dtype, wanted[k].data))
          })
        }
      })
    })
  })
}

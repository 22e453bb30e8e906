import { build, type Graph, makeGraph } from '../../../src/graph/index.js'
import type { Node } from '../../../src/graph/node.js'
import type { Primitive, TensorType } from '../../../src/graph/primitives.js'
import { bool, float, int, type Sample, sample } from '../sample.js'

/** A closed graph over placeholders of the given types. */
function graphOver(types: readonly TensorType[], body: (inputs: readonly Node[]) => readonly Node[]): Graph {
  const inputs = types.map(({ dtype, shape }) => build.input(dtype, shape))
  return makeGraph(inputs, body(inputs))
}

/** What one step sees of a sequence. */
const stepOf = ({ dtype, shape }: Node): TensorType => ({ dtype, shape: shape.slice(1) })

interface Recurrence {
  readonly carries: number
  readonly sequences: number
  readonly reverse?: boolean
  body(inputs: readonly Node[]): readonly Node[]
}

function scanOver(inputs: readonly Node[], length: number, { carries, sequences, reverse, body }: Recurrence): Node[] {
  const types = inputs.map((node, i) => (i >= carries && i < carries + sequences ? stepOf(node) : node))
  return build.scan(inputs, { body: graphOver(types, body), carries, sequences, length, reverse: reverse ?? false })
}

/** h ← tanh(w·h + x), emitting 2·h. */
const recurrent = (reverse: boolean): Recurrence => ({
  carries: 1,
  sequences: 1,
  reverse,
  body: ([h, x, w]) => {
    const next = build.tanh(build.add(build.mul(w, h), x))
    return [next, build.add(next, next)]
  },
})

/** x ← 2·x while x < limit. */
const doubleUntil = ([x, limit]: readonly Node[]): Node[] =>
  build.whileLoop([x, limit], {
    condition: graphOver([x, limit], ([value, end]) => [build.less(value, end)]),
    body: graphOver([x, limit], ([value]) => [build.add(value, value)]),
    carries: 1,
  })

/** (sin(a)·b, a) or (a + b, b). */
function choose([predicate, a, b]: readonly Node[]): Node[] {
  const whenTrue = graphOver([a, b], ([x, y]) => [build.mul(build.sin(x), y), x])
  const whenFalse = graphOver([a, b], ([x, y]) => [build.add(x, y), y])
  return build.cond(predicate, [a, b], whenTrue, whenFalse)
}

const productAndSum = (a: Node, b: Node): Graph => graphOver([a, b], ([x, y]) => [build.mul(x, y), build.add(x, y)])

export const controlSamples = {
  result: [
    sample('of several', [float([2]), float([2])], ([a, b]) => {
      const [, second] = build.call([a, b], { name: 'both', body: productAndSum(a, b) })
      return second
    }),
    sample('all', [float([2]), float([2])], ([a, b]) =>
      build.call([a, b], { name: 'both', body: productAndSum(a, b) }),
    ),
  ],
  scan: [
    sample('recurrence', [float([2]), float([3, 2]), float([2])], (inputs) => scanOver(inputs, 3, recurrent(false))),
    sample('reverse', [float([2]), float([3, 2]), float([2])], (inputs) => scanOver(inputs, 3, recurrent(true))),
    sample('no steps', [float([2]), float([0, 2]), float([2])], (inputs) => scanOver(inputs, 0, recurrent(false))),
    sample('one step', [float([]), float([1]), float([])], (inputs) => scanOver(inputs, 1, recurrent(false))),
    sample('only a sequence', [float([4, 2])], (inputs) =>
      scanOver(inputs, 4, { carries: 0, sequences: 1, body: ([x]) => [build.sin(x)] }),
    ),
    sample('only carries', [float([2]), float([2])], (inputs) =>
      scanOver(inputs, 3, { carries: 2, sequences: 0, body: ([a, b]) => [b, build.mul(a, b)] }),
    ),
    sample('counter beside values', [int([], { values: [0] }), float([2]), float([3, 2])], (inputs) =>
      scanOver(inputs, 3, {
        carries: 2,
        sequences: 1,
        body: ([i, h, x]) => {
          const scale = build.expand(build.reshape(build.cast(i, h.dtype), [1]), [2])
          return [build.add(i, build.constant(1, 'int32')), build.add(h, build.mul(scale, x)), h]
        },
      }),
    ),
  ],
  whileLoop: [
    sample(
      'float',
      [float([], { values: [0.7] }), float([], { values: [10] })],
      doubleUntil,
      'the number of steps is not known',
    ),
    sample('int32', [int([], { values: [3] }), int([], { values: [20] })], doubleUntil, 'integers'),
    sample('no step', [int([], { values: [30] }), int([], { values: [20] })], doubleUntil, 'integers'),
    sample(
      'vector',
      [int([], { values: [0] }), float([3])],
      ([i, x]) =>
        build.whileLoop([i, x], {
          condition: graphOver([i, x], ([count]) => [build.less(count, build.constant(4, 'int32'))]),
          body: graphOver([i, x], ([count, value]) => [build.add(count, build.constant(1, 'int32')), build.sin(value)]),
          carries: 2,
        }),
      'the number of steps is not known',
    ),
  ],
  cond: [
    sample('true', [bool([], { values: [1] }), float([2]), float([2])], choose),
    sample('false', [bool([], { values: [0] }), float([2]), float([2])], choose),
    sample('empty', [bool([], { values: [1] }), float([0]), float([0])], choose),
  ],
  call: [
    sample('two outputs', [float([2]), float([2])], ([a, b]) =>
      build.call([a, b], { name: 'both', body: productAndSum(a, b) }),
    ),
    sample('recomputed', [float([2]), float([2])], ([a, b]) =>
      build.call([a, b], { name: 'both', body: productAndSum(a, b), recompute: true }),
    ),
    sample('nested', [float([3])], ([x]) => {
      const inner = (node: Node): Node =>
        build.call([node], { name: 'sine', body: graphOver([node], ([y]) => [build.sin(y)]) })[0]
      return build.call([x], { name: 'twice', body: graphOver([x], ([y]) => [inner(inner(y))]) })
    }),
    sample('gradient by hand', [float([3])], ([x]) =>
      build.call([x], {
        name: 'square',
        body: graphOver([x], ([y]) => [build.mul(y, y)]),
        gradient: ([y], _, [cotangent]) => [build.mul(cotangent, build.add(y, y))],
      }),
    ),
    sample('an input as output', [float([2])], ([x]) =>
      build.call([x], { name: 'identity', body: graphOver([x], ([y]) => [y]) }),
    ),
  ],
} as const satisfies { readonly [P in Primitive]?: readonly Sample[] }

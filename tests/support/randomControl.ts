import { sizeOf } from '../../src/core/shape.js'
import { build, type Graph, makeGraph, type Node, type TensorType } from '../../src/graph/index.js'
import { as, like, type Production, vector } from './randomProductions.js'

/** A closed graph over placeholders of these types. */
function closed(types: readonly TensorType[], body: (inputs: readonly Node[]) => readonly Node[]): Graph {
  const inputs = types.map(({ dtype, shape }) => build.input(dtype, shape))
  return makeGraph(inputs, body(inputs))
}

const real = (x: Node): Node => as('float64', x)
const last = (nodes: readonly Node[], detail: number): Node => nodes[detail % nodes.length]

/** state ← tanh(state + row) over the rows of a, with a counter beside it and a row that nothing reads. */
const scanned: Production = (a, b, detail) => {
  const rows = vector(real(a))
  const row: TensorType = { dtype: 'float64', shape: rows.shape.slice(1) }
  const start = like(build.fill(0, row.shape, 'float64'), b)
  const count = build.constant(detail % 5, 'int32')
  const body = closed([count, start, row, start], ([i, state, x, fixed]) => {
    const next = build.tanh(build.add(build.add(state, x), build.mul(fixed, build.fill(0.5, fixed.shape, 'float64'))))
    return [build.add(i, build.constant(1, 'int32')), next, next, build.sin(x), i]
  })
  const attributes = { body, carries: 2, sequences: 1, length: rows.shape[0], reverse: detail % 2 === 1 }
  return last(build.scan([count, start, rows, start], attributes), detail >> 1)
}

/** Doubles and adds until the counter reaches its end. */
const looped: Production = (a, b, detail) => {
  const end = build.constant(detail % 4, 'int32')
  const inputs = [build.constant(0, 'int32'), real(a), like(real(a), b), end]
  const outputs = build.whileLoop(inputs, {
    condition: closed(inputs, ([i, , , stop]) => [build.less(i, stop)]),
    body: closed(inputs, ([i, x, y]) => [build.add(i, build.constant(1, 'int32')), build.tanh(build.add(x, y)), x]),
    carries: 3,
  })
  return last(outputs, detail >> 2)
}

const branched: Production = (a, b, detail) => {
  const [x, y] = [real(a), like(real(a), b)]
  const total = build.reduceSum(build.reshape(y, [sizeOf(y.shape)]), [0])
  const predicate = build.less(total, build.constant(0.5, 'float64'))
  const whenTrue = closed([x, y], ([p, q]) => [build.mul(build.sin(p), q), p, build.constant(2, 'float64')])
  const whenFalse = closed([x, y], ([p, q]) => [
    build.add(p, q),
    q,
    build.reduceSum(build.reshape(p, [sizeOf(p.shape)]), [0]),
  ])
  return last(build.cond(predicate, [x, y], whenTrue, whenFalse), detail)
}

/** A call within a call; sometimes one that recomputes. */
const called: Production = (a, b, detail) => {
  const [x, y] = [real(a), like(real(a), b)]
  const inner = closed([x, y], ([p, q]) => [build.mul(build.tanh(p), q), build.sub(p, q)])
  const outer = closed([x, y], ([p, q]) => {
    const [product, difference] = build.call([q, p], { name: 'inner', body: inner })
    return [build.add(product, p), difference, q]
  })
  return last(build.call([x, y], { name: 'outer', body: outer, recompute: detail % 4 === 3 }), detail)
}

/** A loop inside a branch. */
const nested: Production = (a, b, detail) => {
  const [x, y] = [real(a), like(real(a), b)]
  const predicate = as('bool', build.constant(detail % 2, 'int32'))
  const body = ([p, q]: readonly Node[]): Node[] => [looped(p, q, detail), scanned(q, p, 2 + (detail & ~1))]
  const whenTrue = closed([x, y], (inputs) => [body(inputs)[0]])
  const type = whenTrue.outputs[0]
  const whenFalse = closed([x, y], (inputs) => [
    like(
      type.dtype === 'float64' ? build.fill(0, type.shape, 'float64') : build.fill(0, type.shape, type.dtype),
      body(inputs)[1],
    ),
  ])
  return build.cond(predicate, [x, y], whenTrue, whenFalse)[0]
}

/** Control flow on any values. */
export const controlProductions: readonly Production[] = [scanned, looped, branched, called, nested]

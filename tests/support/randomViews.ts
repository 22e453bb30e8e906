import { range, type Shape, sizeOf } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, type Graph, makeGraph, type Node } from '../../src/graph/index.js'

/** Programs of values of rank 0 to 9 that are seen through chains of views and then combined, folded and multiplied. */
export function randomViews(seed: number): Graph {
  const random = new RandomStream(seed, 8)
  const size = random.integer(8) === 0 ? 0 : 2 ** random.integer(5) * 3 ** random.integer(3)
  const inputs = range(3).map(() => build.input('float64', factors(size, random)))
  const values: Node[] = [...inputs]
  const any = (): Node => values[random.integer(values.length)]
  const seen = (): Node => range(random.integer(7)).reduce((x) => view(x, random), any())
  /** As many elements as there are in all inputs. */
  const shape = factors(size, random)
  const fitting = (): Node => {
    for (;;) {
      const x = seen()
      if (sizeOf(x.shape) === size) return build.reshape(x, shape)
    }
  }
  for (let i = 0; i < 8; i++) {
    const [a, b, c] = [fitting(), fitting(), fitting()]
    const made = [
      build.add(a, b),
      build.where(build.less(a, b), c, build.tanh(a)),
      build.mul(build.iota('float64', [...a.shape, 1], a.rank), build.reshape(a, [...a.shape, 1])),
      build.concat([build.reshape(a, [size]), build.reshape(b, [size])], 0),
    ]
    values.push(made[random.integer(made.length)])
    const x = seen()
    const axes = range(x.rank).filter(() => random.integer(2) === 0)
    const folded = build.reduceSum(x, axes)
    const unfolded = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
    values.push(build.expand(build.reshape(folded, unfolded), x.shape))
  }
  const matrix = build.reshape(fitting(), [size, 1])
  const last = build.dot(build.reshape(fitting(), [1, size]), matrix)
  return makeGraph(inputs, [last, seen(), ...values.slice(-3)])
}

/** A shape of so many elements, with axes of size 1. */
function factors(size: number, random: RandomStream): Shape {
  const shape: number[] = []
  let rest = size
  while (shape.length < 7 && rest > 1 && random.integer(6) > 0) {
    const divisors = range(rest).filter((n) => n > 0 && rest % n === 0 && n < 9)
    const divisor = divisors[random.integer(divisors.length)]
    shape.push(divisor)
    rest /= divisor
  }
  return rest === 1 && random.integer(2) === 0 ? shape : [...shape, rest]
}

function view(x: Node, random: RandomStream): Node {
  const axis = random.integer(Math.max(1, x.rank))
  const n = x.shape[axis] ?? 1
  const on = (value: number, other: number): number[] => x.shape.map((_, i) => (i === axis ? value : other))
  switch (random.integer(5)) {
    case 0:
      return build.reshape(x, factors(sizeOf(x.shape), random))
    case 1:
      return build.permute(x, [...range(x.rank).slice(axis), ...range(axis)])
    case 2:
      return x.rank === 0 || n === 0 ? x : build.slice(x, on(n - 1, 0), x.shape, on(-1, 1))
    case 3:
      return x.rank > 7 || sizeOf(x.shape) > 300
        ? x
        : build.expand(build.reshape(x, [1, ...x.shape]), [1 + random.integer(2), ...x.shape])
    default: {
      const start = Math.min(1, Math.max(0, n - 1))
      return x.rank === 0 || random.integer(2) === 0
        ? x
        : build.slice(
            x,
            on(start, 0),
            on(n - start, 0).map((m, i) => (i === axis ? m : x.shape[i])),
            on(1, 1),
          )
    }
  }
}

import * as shapewise from 'shapewise'
import * as nn from 'shapewise/nn'
import * as optim from 'shapewise/optim'
import { Node } from '../../src/graph/node.js'
import * as operations from '../../src/operations/index.js'
import { Tensor } from '../../src/tensor/tensor.js'

// What the text of a program may use.

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

function onTensors(value: unknown): unknown {
  if (value instanceof Node) return new Tensor(value)
  if (Array.isArray(value)) return value.map(onTensors)
  return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, onTensors(item)])) : value
}

function onNodes(value: unknown): unknown {
  if (value instanceof Tensor) return value.node
  return Array.isArray(value) ? value.map(onNodes) : value
}

/** The operations that have no method, on tensors. */
const ops = Object.fromEntries(
  Object.entries(operations).map(([name, operation]) => {
    const run = operation as (...args: unknown[]) => unknown
    return [name, (...args: unknown[]) => onTensors(run(...args.map(onNodes)))]
  }),
)

/** Numbers in low … high that differ from seed to seed; whole ones if asked for. */
export const VALUES = `const values = (n, seed, low = -2, high = 2, whole = false) => {
  let state = (seed * 2654435761 + 97) >>> 0
  const next = () => ((state = (Math.imul(state ^ (state >>> 15), 739982445) + 40503 + (state << 7)) >>> 0) + 0.5) / 2 ** 32
  return Array.from({ length: n }, () => (whole ? low + Math.floor(next() * (high - low + 1)) : low + next() * (high - low)))
}`

/** The sum of all floating point results with a different weight for each element. */
export const WEIGH = `const weigh = (results) =>
  results
    .filter((y) => y.dtype.includes('float'))
    .map((y) => (y.dtype === 'float64' ? y : y.cast('float32')))
    .map((y, k) => y.mul(arange(0, y.size, 1, y.dtype).mul(0.7).add(k).sin().reshape(y.shape)).sum())
    .reduce((sum, y) => (sum === undefined ? y : sum.add(y)), undefined) ?? zeros([])`

type Values = (n: number, seed: number, low?: number, high?: number, whole?: boolean) => number[]
export const values: Values = new Function(`${VALUES}\nreturn values`)()

const library: object = { ...shapewise, nn, optim, ops, values }
const uncompiled: object = { ...library, compile: (fn: unknown) => fn }

/** Runs text that returns something, with all of the library in sight; without `compiled`, `compile` does nothing. */
export function runText(text: string, compiled: boolean, extra: object = {}): unknown {
  return new Function('library', 'extra', `with (library) with (extra) { ${text} }`)(
    compiled ? library : uncompiled,
    extra,
  )
}

/** The imports that make text a program of its own. */
export function header(text: string): string {
  const uses = (name: string): boolean => new RegExp(`(?<![.\\w])${name}[.(]`).test(text)
  return [
    `import { ${Object.keys(shapewise).filter(uses).join(', ')} } from 'shapewise'`,
    ...(uses('nn') ? ["import * as nn from 'shapewise/nn'"] : []),
    ...(uses('optim') ? ["import * as optim from 'shapewise/optim'"] : []),
    ...(uses('ops') ? ['// `ops` are src/operations, applied to the nodes of tensors.'] : []),
  ].join('\n')
}

import { type DType, isFloat } from '../../core/dtype.js'
import { isOp, type Node } from '../../graph/node.js'
import { isElementwise } from '../../graph/scalar.js'
import type { Routine } from './runtime.js'

/** A result as an element of its dtype holds it. */
const stored: { readonly [D in DType]?: (expression: string) => string } = {
  float32: (x) => `f(${x})`,
  float64: (x) => `(${x})`,
  int32: (x) => `(${x} | 0)`,
  uint32: (x) => `(${x} >>> 0)`,
  uint8: (x) => `(${x} & 255)`,
  bool: (x) => `(${x} ? 1 : 0)`,
}

/** The dtypes that bundles calculate with. */
export const isBundled = (dtype: DType): boolean => stored[dtype] !== undefined

const math = ['exp', 'expm1', 'log', 'log1p', 'sqrt', 'sin', 'cos', 'atan', 'tanh', 'floor', 'max', 'min']
const signs: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  less: '<',
  lessEqual: '<=',
  equal: '===',
  and: '&',
  or: '|',
  xor: '^',
}

/** An elementwise node as an expression of its operands; nothing where bundles have none. */
export function expressionOf(node: Node, given: readonly string[], use: (name: Routine) => string): string | undefined {
  if (!isElementwise(node.op)) return undefined
  const store = stored[node.dtype]
  const source = node.inputs[node.inputs.length - 1].dtype
  const bare = bareExpression(node, given, source, use)
  return bare === undefined ? undefined : store?.(bare)
}

function bareExpression(
  node: Node,
  [a, b, c]: readonly string[],
  source: DType,
  use: (name: Routine) => string,
): string | undefined {
  const { op } = node
  if (math.includes(op)) return `Math.${op}(${b === undefined ? a : `${a}, ${b}`})`
  if (signs[op] !== undefined) return `${a} ${signs[op]} ${b}`
  if (op === 'neg') return `-(${a})`
  if (op === 'stopGradient') return a
  if (isOp(node, 'cast')) return node.dtype === 'bool' ? `${a} != 0` : a
  if (op === 'not') return source === 'bool' ? `!${a}` : `~${a}`
  if (op === 'where') return `(${a} ? ${b} : ${c})`
  if (op === 'erf') return `${use('erf')}(${a})`
  if (op === 'mul') return isFloat(source) ? `${a} * ${b}` : `Math.imul(${a}, ${b})`
  if (op === 'div') return isFloat(source) ? `${a} / ${b}` : `(${b} ? Math.trunc(${a} / ${b}) : 0)`
  if (!isFloat(source)) return undefined
  if (op === 'reciprocal') return `1 / ${a}`
  return op === 'pow' || op === 'mod' ? `${use(op)}(${a}, ${b})` : undefined
}

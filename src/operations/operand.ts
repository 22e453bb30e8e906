import { type DType, dtypes, isFloat, promote } from '../core/dtype.js'
import { failDType } from '../core/errors.js'
import { broadcastShapes, formatShape, type Shape, sameShape } from '../core/shape.js'
import { build, Node } from '../graph/index.js'

/** What an operation takes: a node, or a JavaScript number or boolean, which takes the dtype of what it meets. */
export type Operand = Node | number | boolean

/**
 * `operand` as a node.
 *
 * A number or boolean takes the dtype of `like`, with two exceptions: a number with a fraction makes integers
 * float32, and a number makes booleans int32 (float32 if it has a fraction). Alone, a number is float32 and a boolean bool.
 * @throws DTypeError if `like` holds integers and the number is NaN, infinite or out of their range.
 */
export function lift(operand: Operand, like?: Node | DType, operation = 'operand'): Node {
  if (operand instanceof Node) return operand
  const dtype = typeof like === 'object' ? like.dtype : like
  return build.constant(Number(operand), literalDType(operand, dtype, operation))
}

function literalDType(value: number | boolean, met: DType | undefined, operation: string): DType {
  if (typeof value === 'boolean') return met ?? 'bool'
  if (met === undefined) return 'float32'
  if (isFloat(met)) return met
  if (met === 'bool') return Number.isInteger(value) ? 'int32' : 'float32'
  if (!Number.isFinite(value)) {
    failDType(operation, `${value} is not an ${met} value`, "Convert the tensor with cast('float32') first.")
  }
  if (!Number.isInteger(value)) return 'float32'
  const { lowest, highest } = dtypes[met]
  if (value < lowest || value > highest) {
    failDType(
      operation,
      `${value} does not fit ${met} (${lowest} to ${highest})`,
      "Convert the tensor with cast('int32') or cast('float32') first.",
    )
  }
  return met
}

/** The operands as nodes of their common dtype; shapes stay. */
export function promoted(operands: readonly Operand[], operation: string): Node[] {
  const common = (nodes: readonly Node[]): DType =>
    nodes.map((node) => node.dtype).reduce((a, b) => promote(a, b, operation))
  const tensors = operands.filter((operand) => operand instanceof Node)
  const met = tensors.length > 0 ? common(tensors) : undefined
  const nodes = operands.map((operand) => lift(operand, met, operation))
  const dtype = common(nodes)
  return nodes.map((node) => build.cast(node, dtype))
}

/** The operands as nodes of one dtype and one shape. */
export function aligned(operands: readonly Operand[], operation: string): Node[] {
  const nodes = promoted(operands, operation)
  const shape = nodes.map((node) => node.shape).reduce((a, b) => broadcastShapes(a, b, operation))
  return nodes.map((node) => stretch(node, shape))
}

/** Two operands as nodes of one dtype and one shape; with `counting`, booleans become int32. */
export function pair(a: Operand, b: Operand, operation: string, counting = false): [Node, Node] {
  const [x, y] = pairOf(a, b, operation)
  return counting && x.dtype === 'bool' ? [build.cast(x, 'int32'), build.cast(y, 'int32')] : [x, y]
}

/** {@link aligned} for two, with short ways for what is most frequent. */
function pairOf(a: Operand, b: Operand, operation: string): readonly Node[] {
  if (a instanceof Node) {
    if (b instanceof Node && a.dtype === b.dtype && sameShape(a.shape, b.shape)) return [a, b]
    if (typeof b === 'number' && isFloat(a.dtype)) return [a, stretch(build.constant(b, a.dtype), a.shape)]
  }
  return aligned([a, b], operation)
}

/** `x` with leading axes and stretched axes of size 1, so that it has `shape`; the caller knows that it broadcasts. */
export function stretch(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x
  const leading = new Array<number>(shape.length - x.rank).fill(1)
  return build.expand(build.reshape(x, [...leading, ...x.shape]), shape)
}

/** `x` as floating point: integers and booleans become float32. */
export function floating(x: Operand): Node {
  const node = lift(x)
  return isFloat(node.dtype) ? node : build.cast(node, 'float32')
}

/** `x` as something to calculate with: booleans become int32. */
export function numeric(x: Operand): Node {
  const node = lift(x)
  return node.dtype === 'bool' ? build.cast(node, 'int32') : node
}

const isSmallFloat = (x: unknown): x is Node => x instanceof Node && (x.dtype === 'float16' || x.dtype === 'bfloat16')

/** 16-bit floats as float32, everything else as it is. */
export const widened = (x: Node): Node => (isSmallFloat(x) ? build.cast(x, 'float32') : x)

/**
 * The operation, computed in float32 where operands are 16-bit floats, and its result rounded to their dtype: what is composed
 * of several primitives would overflow or lose digits in between.
 */
export const inFloat32 =
  <A extends readonly unknown[]>(operation: (...operands: A) => Node) =>
  (...operands: A): Node => {
    if (!operands.some(isSmallFloat)) return operation(...operands)
    const wide: readonly unknown[] = operands.map((x) => (x instanceof Node ? widened(x) : x))
    const result = operation(...(wide as A))
    const floats = operands.filter((x) => x instanceof Node).filter(({ dtype }) => isFloat(dtype))
    const dtype = floats.map((x) => x.dtype).reduce((a, b) => promote(a, b, 'operation'))
    return result.dtype === 'float32' ? build.cast(result, dtype) : result
  }

/** `value` in the shape and dtype of `x`. */
export const like = (x: Node, value: number): Node => build.fill(value, x.shape, x.dtype)

/** `dtype[shape]`, for messages. */
export const describe = (x: Node): string => `${x.dtype}${formatShape(x.shape)}`

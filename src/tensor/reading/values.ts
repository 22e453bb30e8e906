import { decodeAll, type TypedArray } from '../../core/dtype.js'
import type { NestedArray } from '../../core/elements.js'
import { failShape } from '../../core/errors.js'
import { refuseCoercion } from '../../core/presentation.js'
import { formatShape, type Shape, sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import { download, downloadSync, evaluate, storageOf } from '../runtime.js'
import { formatTensor } from './print.js'

// Reading values: everything here evaluates the node first. Evaluation is checked at once, so that the error of reading inside
// a traced function carries the user's own line even from the asynchronous forms.

/** A copy of the elements, in row-major order; float16 and bfloat16 come as float32, booleans as 0 and 1. */
export function readData(node: Node): Promise<TypedArray> {
  evaluate([node])
  return download(storageOf(node)).then((data) => decodeAll(node.dtype, data))
}

/** A promise that says so where it is used as if it were its value, as by who forgets `await`. */
export function toAwait<T>(promise: Promise<T>, method: string): Promise<T> {
  const refuse = (hint: string): never =>
    refuseCoercion(`A promise of ${method}()`, hint, `Await it: await t.${method}(), or use t.${method}Sync().`)
  return Object.defineProperty(promise, Symbol.toPrimitive, { value: refuse })
}

export function readDataSync(node: Node): TypedArray {
  evaluate([node])
  const data = downloadSync(storageOf(node))
  const decoded = decodeAll(node.dtype, data)
  return decoded === data ? data.slice() : decoded
}

/** The only element of a tensor of one. */
export function onlyElement(node: Node, data: TypedArray): number {
  if (data.length !== 1)
    failShape(
      'item',
      `a tensor of shape ${formatShape(node.shape)} has ${data.length} elements`,
      'item() reads a single number; use data() or array(), or reduce it first.',
    )
  return data[0]
}

/** The elements as nested arrays. */
export function nest({ dtype, shape }: Node, data: TypedArray): NestedArray {
  const element = (value: number): number | boolean => (dtype === 'bool' ? value !== 0 : value)
  const build = (rest: Shape, offset: number): NestedArray => {
    if (rest.length === 0) return element(data[offset])
    const [n, ...inner] = rest
    const stride = sizeOf(inner)
    return Array.from({ length: n }, (_, i) => build(inner, offset + i * stride))
  }
  return build(shape, 0)
}

/** Values as NumPy prints them, with dtype and shape. */
export const describeValues = (node: Node, data: TypedArray): string => formatTensor(node.dtype, node.shape, data)

import { decodeAll, type TypedArray } from '../core/dtype.js'
import { failShape } from '../core/errors.js'
import { formatShape, type Shape, sizeOf } from '../core/shape.js'
import type { Node } from '../graph/node.js'
import { formatTensor } from './print.js'
import { download, downloadSync, evaluate, storageOf } from './runtime.js'

/** Nested arrays of numbers or booleans; a scalar is itself. */
export type NestedArray = number | boolean | readonly NestedArray[]

// Reading values: everything here evaluates the node first. Evaluation is checked at once, so that the error of reading inside
// a traced function carries the user's own line even from the asynchronous forms.

/** A copy of the elements, in row-major order; float16 and bfloat16 come as float32, booleans as 0 and 1. */
export function readData(node: Node): Promise<TypedArray> {
  evaluate([node])
  return download(storageOf(node)).then((data) => hostCopy(node, data))
}

export function readDataSync(node: Node): TypedArray {
  evaluate([node])
  return hostCopy(node, downloadSync(storageOf(node)))
}

function hostCopy({ dtype }: Node, data: TypedArray): TypedArray {
  const decoded = decodeAll(dtype, data)
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

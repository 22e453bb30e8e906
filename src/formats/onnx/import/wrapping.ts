import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import { like } from '../../../operations/operand.js'
import { rangeOfType } from '../file/tensors.js'

/** Whole numbers brought into the range of a narrower type of the file, as its arithmetic wraps. */
export function wrapped(x: Node, code: number | undefined): Node {
  const range = rangeOfType(code)
  if (range === undefined || x.dtype !== 'int32') return x
  const [low, count] = range
  return build.add(build.mod(build.sub(x, like(x, low)), like(x, count)), like(x, low))
}

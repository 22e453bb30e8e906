import { isInteger } from '../../../core/dtype.js'
import { fail, failDType, failShape } from '../../../core/errors.js'
import { formatShape, sameShape } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import * as ops from '../../../operations/index.js'
import { tensor } from '../../../tensor/create.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'

/** How many elements of each sequence count: whole numbers [batch]. */
export type Lengths = readonly number[] | Tensor<[number]>

/** Which steps count as bool [time, batch, 1], from lengths or a mask [batch, time], if there is either. */
export function maskOf(
  layer: string,
  lengths: Lengths | undefined,
  mask: Tensor | undefined,
  batch: number,
  time: number,
): Tensor | undefined {
  if (lengths !== undefined && mask !== undefined) {
    fail(`${layer}: lengths and a mask are given`, 'Give one of them.')
  }
  if (lengths !== undefined) {
    const limits = lengthsNode(layer, lengths, batch, time)
    const places = build.iota('int32', [time, batch, 1], 0)
    return new Tensor(ops.less(places, ops.unsqueeze(limits, -1)))
  }
  if (mask === undefined) return undefined
  const node = expectTensor(layer, 'the mask', mask)
  if (node.dtype !== 'bool') failDType(layer, `the mask is ${node.dtype}`, 'It is bool: true where a step counts.')
  if (!sameShape(node.shape, [batch, time])) {
    failShape(layer, `the mask is ${formatShape(node.shape)}`, `It is [batch, time], here [${batch}, ${time}].`)
  }
  return new Tensor(ops.unsqueeze(ops.transpose(node), -1))
}

function lengthsNode(layer: string, lengths: Lengths, batch: number, time: number) {
  if (Array.isArray(lengths)) {
    const wrong = lengths.findIndex((length) => !Number.isInteger(length) || length < 0 || length > time)
    if (wrong >= 0) {
      fail(
        `${layer}: length ${wrong} is ${lengths[wrong]}, but the sequences have ${time} steps`,
        `Lengths are whole numbers from 0 to ${time}.`,
      )
    }
  }
  const given = Array.isArray(lengths) ? tensor([...lengths], [lengths.length], 'int32') : (lengths as Tensor)
  const node = expectTensor(layer, 'the list of lengths', given)
  if (!isInteger(node.dtype)) {
    failDType(layer, `the lengths are ${node.dtype}`, "They are whole numbers; convert them with cast('int32').")
  }
  if (!sameShape(node.shape, [batch])) {
    failShape(layer, `the lengths are ${formatShape(node.shape)}`, `There is one for each sequence, here [${batch}].`)
  }
  // Reading them out of a table says so where one is outside of it.
  return build.gather(build.iota('int32', [time + 1], 0), build.cast(node, 'int32'), 0, `${layer} lengths`)
}

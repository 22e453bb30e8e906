import { cureFor, describe } from '../../core/describe.js'
import { isFloat } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import { arange } from '../../tensor/fill.js'
import { Tensor } from '../../tensor/tensor.js'

/** A number for all pictures of a batch, or a tensor `[batch]` with one for each. */
export type PerPicture = number | Tensor

/** Throws unless a tensor is a batch of pictures `[batch, height, width, channels]` of real numbers. */
export function expectPictures(operation: string, x: Tensor): Tensor {
  if (!(x instanceof Tensor)) {
    return failShape(operation, `the pictures are ${describe(x)}`, cureFor(x, 'Pass a tensor.'))
  }
  if (x.rank !== 4) {
    const cure = x.rank === 3 ? 'One picture is a batch of one: x.unsqueeze(0).' : 'Give a batch of pictures.'
    failShape(operation, `${formatShape(x.shape)} is not [batch, height, width, channels]`, cure)
  }
  if (!isFloat(x.dtype)) {
    failDType(operation, `the pictures are ${x.dtype}`, "Scale them to 0 … 1: x.cast('float32').div(255).")
  }
  return x
}

/** As {@link expectPictures}, in colour or grey. */
export function expectColours(operation: string, x: Tensor): Tensor {
  const { shape } = expectPictures(operation, x)
  if (shape[3] === 3 || shape[3] === 1) return x
  return failShape(
    operation,
    `pictures of ${shape[3]} channels have no colours`,
    'Give 3 channels, or 1 for grey; cut off opacity with slice.',
  )
}

/** A number for each picture, so that it meets all its pixels. Throws if there are not as many as pictures. */
export function perPicture(operation: string, what: string, x: Tensor, value: PerPicture): number | Tensor {
  if (typeof value === 'number') return value
  if (value instanceof Tensor && value.rank === 1 && value.shape[0] === x.shape[0]) {
    return value.reshape([-1, ...x.shape.slice(1).map(() => 1)])
  }
  const given = value instanceof Tensor ? formatShape(value.shape) : describe(value)
  return failShape(
    operation,
    `${what} is ${given} for ${x.shape[0]} pictures`,
    'Give a number, or one for each picture.',
  )
}

/** 0, 1, … n − 1 along one axis of pictures. */
export const along = (n: number, axis: 0 | 1 | 2, dtype: Tensor['dtype']): Tensor =>
  arange(0, n, 1, dtype).reshape([0, 1, 2].map((each) => (each === axis ? n : 1)))

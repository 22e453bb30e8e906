import { isFloat } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ManySizes } from '../../tensor/types/index.js'
import { expectPictures } from '../pictures/batch.js'
import { type Augmentation, augmentation, type Examples } from './augmentation.js'
import type { Draws } from './draws.js'

/** How pixels are moved, decided once for pictures and the masks that belong to them. */
export type Move = (pictures: Tensor, kind: 'pictures' | 'masks' | 'classes') => Tensor

/**
 * An augmentation that moves pixels: `plan` draws what happens to each picture, and what comes of it is done to the pictures and to
 * targets of their size, too.
 */
export const moving = <const Size extends ManySizes | undefined = undefined>(
  operation: string,
  plan: (pictures: Tensor, draws: Draws) => Move,
): Augmentation<Size> =>
  augmentation<Size>((examples, draws) => {
    const pictures = expectPictures(operation, examples.inputs)
    const move = plan(pictures, draws)
    const inputs = move(pictures, 'pictures')
    const { targets } = examples
    return targets === undefined
      ? { inputs }
      : { inputs, targets: areMasks(examples) ? moveMasks(targets, move) : targets }
  })

/** Whether there are targets for each pixel. */
export function areMasks({ inputs, targets }: Examples): boolean {
  return (
    targets !== undefined &&
    inputs.rank === 4 &&
    (targets.rank === 3 || targets.rank === 4) &&
    targets.shape.slice(0, 3).join() === inputs.shape.slice(0, 3).join()
  )
}

/** Masks of classes or numbers moved as pictures are. */
export function moveMasks(masks: Tensor, move: Move): Tensor {
  const kind = isFloat(masks.dtype) ? 'masks' : 'classes'
  // Numbers of classes are exact in float32.
  const real = kind === 'masks' ? masks : (masks.cast('float32') as Tensor)
  const moved = move(masks.rank === 3 ? (real.unsqueeze(-1) as Tensor) : real, kind)
  const shaped = masks.rank === 3 ? (moved.squeeze(-1) as Tensor) : moved
  return kind === 'masks' ? shaped : (shaped.cast(masks.dtype) as Tensor)
}

/** An augmentation that changes the colours of pictures, and no targets. */
export const colouring = (change: (pictures: Tensor, draws: Draws) => Tensor, operation: string): Augmentation =>
  augmentation(({ inputs, ...rest }, draws) => ({ ...rest, inputs: change(expectPictures(operation, inputs), draws) }))

/** Height and width of pictures. */
export const sizeOf = (pictures: Tensor): readonly [number, number] => [pictures.shape[1]!, pictures.shape[2]!]

/** Throws unless a tensor holds real numbers and has at least so many axes, the first for examples. */
export function expectExamples(operation: string, x: Tensor, rank: number, what: string): Tensor {
  if (x.rank < rank) failShape(operation, `${formatShape(x.shape)} is not ${what}`, 'Give a batch.')
  if (!isFloat(x.dtype)) failDType(operation, `the examples are ${x.dtype}`, "Use x.cast('float32').")
  return x
}

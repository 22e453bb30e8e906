import { type Tensor, tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'

/** Mean over the pixels of all digits. */
const MEAN = 0.13

/** Digits as rows of side² pixels, each the mean of a square, with mean 0 and a variance near 1: [n, side²]. */
export const smallPictures = (data: DigitDataset, side: number): Tensor =>
  tensor(data.values('inputs'), [data.length, side, 28 / side, side, 28 / side])
    .mean([2, 4])
    .sub(MEAN)
    .mul(3)
    .reshape([data.length, side * side])

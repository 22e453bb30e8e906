import { type Tensor, tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { predict } from 'shapewise/train'

export const CLASSES = 10

/** A network that reads digits. */
export type Reader = nn.Module & { forward(x: Tensor<[number, 28, 28, 1]>): Tensor<[number, 10]> }

/** So many labels are sent before anything is learned. */
const FIRST = 32
/** Logits are divided by one of these: how sure a network is of its answers is learned from the answers. */
const temperatures = [0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8]

/** How many labels are known where another block of them begins: twice as many each time. */
export const beginnings = (length: number): number[] =>
  Array.from({ length: Math.ceil(Math.log2(length / FIRST)) }, (_, i) => FIRST * 2 ** i)

/**
 * Bits of labels whose pictures are known: −log₂ of the mean, over temperatures, of the probability of all of them. A receiver can follow, since
 * that is to weigh the temperatures by how well they have foretold the labels so far.
 */
export async function codeLength(model: Reader, data: DigitDataset): Promise<number> {
  const logits = await predict(model, data)
  const labels = tensor(data.values('labels'), [data.length])
  const bits: number[] = []
  for (const temperature of temperatures) {
    bits.push((await nn.crossEntropy(logits.div(temperature), labels, { reduction: 'sum' }).item()) / Math.LN2)
  }
  const least = Math.min(...bits)
  return least - Math.log2(bits.reduce((sum, each) => sum + 2 ** (least - each), 0) / bits.length)
}

/** Bits by how often each label has occurred so far, where each is taken to have occurred once before. */
export function frequencyBits(labels: ArrayLike<number>): number {
  const counts = new Array<number>(CLASSES).fill(1)
  let bits = 0
  for (let i = 0; i < labels.length; i++) bits += Math.log2((CLASSES + i) / counts[labels[i]!]!++)
  return bits
}

/** Puts in the place of each weight the nearest of 2^bits numbers that lie evenly up to the largest of its layer, on both sides. */
export const quantized = (weights: Tensor, bits: number): Tensor => {
  // A layer may be all 0.
  const largest = weights.abs().max().maximum(1e-12)
  const step = largest.mul(2 / (2 ** bits - 1))
  return weights.add(largest).div(step).round().mul(step).sub(largest)
}

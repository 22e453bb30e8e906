import type { RandomStream } from 'shapewise/data'
import { type Box, boxIou } from 'shapewise/metrics'

/** Rows of pixels with so many channels each. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly pixels: Float32Array
}

/** Squares at random places that do not overlap, small and large ones alike; fewer than asked for where there is no room. */
export function placed(
  random: RandomStream,
  options: { readonly count: number; readonly sides: readonly [number, number]; readonly room: number },
): Box[] {
  const [smallest, largest] = options.sides
  const boxes: Box[] = []
  for (let attempt = 0; attempt < 20 * options.count && boxes.length < options.count; attempt++) {
    const side = smallest * (largest / smallest) ** random.uniform()
    const [left, top] = [random.uniform(0, options.room - side), random.uniform(0, options.room - side)]
    const box: Box = [left, top, left + side, top + side]
    if (boxes.every((other) => boxIou(other, box) === 0)) boxes.push(box)
  }
  return boxes
}

/**
 * Lays a picture over the pixels of a box, resized by lines between its pixels; there is nothing around it.
 *
 * @param mix is called for each pixel, with where it begins in the array of the canvas, and the channels of the picture there
 */
export function paste(
  canvas: Canvas,
  [left, top, right, bottom]: Box,
  { width, height, channels, pixels }: Canvas,
  mix: (at: number, picture: Float32Array) => void,
): void {
  const read = new Float32Array(channels)
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(canvas.height, Math.ceil(bottom)); y++) {
    const v = ((y + 0.5 - top) * height) / (bottom - top) - 0.5
    const row = Math.floor(v)
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(canvas.width, Math.ceil(right)); x++) {
      const u = ((x + 0.5 - left) * width) / (right - left) - 0.5
      const column = Math.floor(u)
      read.fill(0)
      for (const [i, j] of corners) {
        if (row + i < 0 || row + i >= height || column + j < 0 || column + j >= width) continue
        const share = (1 - Math.abs(v - row - i)) * (1 - Math.abs(u - column - j))
        const from = ((row + i) * width + column + j) * channels
        for (let c = 0; c < channels; c++) read[c]! += share * pixels[from + c]!
      }
      mix((y * canvas.width + x) * canvas.channels, read)
    }
  }
}

const corners = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

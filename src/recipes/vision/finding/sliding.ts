import { compile, type Tensor, tensor } from 'shapewise'
import { type Box, type Detection, nonMaximumSuppression } from 'shapewise/metrics'
import { inner, SCENE } from './digit-scenes.js'
import type { Canvas } from './placing.js'
import { NOTHING, STEP, WINDOW, type WindowNet } from './window-net.js'

/** The part of a window that a digit fills. */
const FILLED = 20 / 32
/** Sides that scenes are brought to, each a fifth smaller than the one before; windows fit in without remainder. */
export const SIDES = [SCENE, 204, 164, 132, 104, 84]
const CLASSES = NOTHING + 1

/** A scene in all sizes. */
export type Pyramid = readonly Canvas[]

const shrink = compile((scene: Tensor) => {
  let level = scene.reshape([1, SCENE, SCENE, 1]) as Tensor
  return SIDES.map((side) => {
    level = level.resize([side, side], { mode: 'bilinear' }) as Tensor
    return level
  })
})

export async function pyramid({ pixels }: Canvas): Promise<Pyramid> {
  const levels = shrink(tensor(pixels, [SCENE * SCENE]) as Tensor)
  const arrays = await Promise.all(levels.map((level) => level.data()))
  return SIDES.map((side, i) => ({ width: side, height: side, channels: 1, pixels: arrays[i] as Float32Array }))
}

/** The pixels of a window. */
export function cut({ pixels, width }: Canvas, left: number, top: number): Float32Array {
  const window = new Float32Array(WINDOW * WINDOW)
  for (let row = 0; row < WINDOW; row++) {
    const from = (top + row) * width + left
    window.set(pixels.subarray(from, from + WINDOW), row * WINDOW)
  }
  return window
}

/** Where in the scene a digit is that stands in the middle of a window of this level. */
export function digitBox(level: number, left: number, top: number): Box {
  const scale = SCENE / SIDES[level]!
  return inner([left * scale, top * scale, (left + WINDOW) * scale, (top + WINDOW) * scale], FILLED)
}

/** Windows along a side of a level. */
const places = (side: number): number => (side - WINDOW) / STEP + 1

/** How each of both ways makes logits of all windows of a level, row by row. */
export type Way = (level: Canvas) => Promise<Float32Array>

/** The network as a convolution over the whole level. */
export function convolutional(model: WindowNet): Way {
  const everywhere = compile((level: Tensor) => model.everywhere(level))
  return async ({ pixels, height, width }) =>
    (await everywhere(tensor(pixels, [1, height, width, 1]) as Tensor).data()) as Float32Array
}

/** The network on one batch of windows after the other, as they are cut out. */
export function naive(model: WindowNet, batchSize = 128): Way {
  const classify = compile((windows: Tensor) => model.forward(windows))
  return async (level) => {
    const across = places(level.width)
    const count = across * places(level.height)
    const logits = new Float32Array(count * CLASSES)
    for (let from = 0; from < count; from += batchSize) {
      const size = Math.min(batchSize, count - from)
      const windows = new Float32Array(size * WINDOW * WINDOW)
      for (let i = 0; i < size; i++) {
        const [row, column] = [Math.floor((from + i) / across), (from + i) % across]
        windows.set(cut(level, STEP * column, STEP * row), i * WINDOW * WINDOW)
      }
      logits.set(await classify(tensor(windows, [size, WINDOW, WINDOW, 1]) as Tensor).data(), from * CLASSES)
    }
    return logits
  }
}

/** A digit that is said to be at a place of a level. */
export interface Found extends Detection {
  readonly level: number
  readonly left: number
  readonly top: number
}

/** All windows of a scene that look like a digit, at least so surely. */
export async function candidates(levels: Pyramid, way: Way, threshold: number): Promise<Found[]> {
  const found: Found[] = []
  for (const [level, canvas] of levels.entries()) {
    const logits = await way(canvas)
    const across = places(canvas.width)
    for (let place = 0; place * CLASSES < logits.length; place++) {
      const own = logits.subarray(place * CLASSES, (place + 1) * CLASSES)
      const most = Math.max(...own)
      const label = own.indexOf(most)
      if (label === NOTHING) continue
      const score = 1 / own.reduce((sum, logit) => sum + Math.exp(logit - most), 0)
      if (score < threshold) continue
      const [left, top] = [STEP * (place % across), STEP * Math.floor(place / across)]
      found.push({ box: digitBox(level, left, top), label, score, level, left, top })
    }
  }
  return found
}

/** Of those that overlap only the surest, whatever digit they are said to be. */
export const separate = (found: readonly Found[]): Found[] =>
  nonMaximumSuppression(found, { overlap: 0.2, perLabel: false })

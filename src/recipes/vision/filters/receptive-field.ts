import type { SqueezenetLayer } from '../squeezenet.js'

/** What of a picture a place of a layer depends on: a square of so many pixels, in its middle `first` + i · `step`. */
export interface ReceptiveField {
  readonly side: number
  readonly first: number
  readonly step: number
}

/** The windows of 3 × 3 on the way to each layer of SqueezeNet 1.1: [stride, whether there is a margin of 1]. */
const convolution = [1, true] as const
const halving = [2, false] as const
const windows: readonly (readonly [SqueezenetLayer | 'pool', readonly [number, boolean]])[] = [
  ['conv1', halving],
  ['pool', halving],
  ['fire2', convolution],
  ['fire3', convolution],
  ['pool', halving],
  ['fire4', convolution],
  ['fire5', convolution],
  ['pool', halving],
  ...(['fire6', 'fire7', 'fire8', 'fire9'] as const).map((layer) => [layer, convolution] as const),
]

/** The receptive field of a layer: each window of 3 adds two steps of what is below it, and a stride multiplies the step. */
export function receptiveField(layer: SqueezenetLayer): ReceptiveField {
  let [side, first, step] = [1, 0, 1]
  for (const [name, [stride, hasMargin]] of windows) {
    side += 2 * step
    if (!hasMargin) first += step
    step *= stride
    if (name === layer) break
  }
  return { side, first, step }
}

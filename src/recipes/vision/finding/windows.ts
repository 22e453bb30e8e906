import { type Column, type Dataset, dataset, floatColumn, labelColumn, type RandomStream } from 'shapewise/data'
import { boxIou } from 'shapewise/metrics'
import type { DigitScene } from './digit-scenes.js'
import { cut, digitBox, type Found, type Pyramid, SIDES } from './sliding.js'
import { NOTHING, WINDOW } from './window-net.js'

/** Windows, and the digit in the middle of each or that there is none. */
export type Windows = Dataset<{
  readonly inputs: Column<'float32', readonly [number, number, number]>
  readonly labels: Column<'int32', readonly []>
}>

/** A window of a scene, to learn from. */
export interface Example {
  readonly pixels: Float32Array
  readonly label: number
}

/** How far from the middle of its window a digit may be, in pixels of the level; half a step, and what rounding adds. */
const SHIFT = 2.5
const PER_DIGIT = 3
const PER_SCENE = 24

/** Windows around the digits of a scene, on the level where they fit best, and as many others at random. */
export function examplesOf(random: RandomStream, { objects }: DigitScene, levels: Pyramid): Example[] {
  const inside = (place: number, side: number): number => Math.min(side - WINDOW, Math.max(0, Math.round(place)))
  const digits = objects.flatMap(({ box, label }) =>
    Array.from({ length: PER_DIGIT }, (): Example => {
      const fits = (level: number) => Math.abs(Math.log((box[2] - box[0]) / side(level)))
      const level = SIDES.map((_, i) => i).reduce((best, i) => (fits(i) < fits(best) ? i : best))
      const scale = SIDES[level]! / SIDES[0]!
      const [x, y] = [0, 1].map((axis) => ((box[axis]! + box[axis + 2]!) / 2) * scale - WINDOW / 2)
      const jitter = () => random.uniform(-SHIFT, SHIFT)
      const [left, top] = [inside(x! + jitter(), SIDES[level]!), inside(y! + jitter(), SIDES[level]!)]
      return { pixels: cut(levels[level]!, left, top), label }
    }),
  )
  const others = Array.from({ length: PER_SCENE }, (): Example | undefined => {
    const level = random.integer(SIDES.length)
    const [left, top] = [random.integer(SIDES[level]! - WINDOW + 1), random.integer(SIDES[level]! - WINDOW + 1)]
    return nothingAt(objects, levels, { level, left, top })
  })
  return [...digits, ...others.filter((one) => one !== undefined)]
}

const side = (level: number): number => {
  const [left, , right] = digitBox(level, 0, 0)
  return right - left
}

/** A window that shows no digit in its middle and in its size; undefined where it does, or nearly. */
export function nothingAt(
  objects: DigitScene['objects'],
  levels: Pyramid,
  { level, left, top }: Pick<Found, 'level' | 'left' | 'top'>,
): Example | undefined {
  const box = digitBox(level, left, top)
  if (objects.some((object) => boxIou(object.box, box) > 0.35)) return undefined
  return { pixels: cut(levels[level]!, left, top), label: NOTHING }
}

export function windowsOf(examples: readonly Example[]): Windows {
  const pixels = new Float32Array(examples.length * WINDOW * WINDOW)
  for (const [i, example] of examples.entries()) pixels.set(example.pixels, i * WINDOW * WINDOW)
  return dataset({
    inputs: floatColumn(pixels, [WINDOW, WINDOW, 1]),
    labels: labelColumn(
      Int32Array.from(examples, ({ label }) => label),
      { classes: NOTHING + 1 },
    ),
  })
}

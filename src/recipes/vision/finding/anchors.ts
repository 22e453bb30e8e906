import type { RandomStream } from 'shapewise/data'
import { type Box, boxIou, type TrueObject } from 'shapewise/metrics'
import { SIDE } from './photo-scenes.js'

/** Pixels between neighbouring places. */
export const STRIDE = 8
const HEIGHTS = [20, 29, 42]
/** Widths for a height. */
const RATIOS = [1, 0.5]

const shapes = HEIGHTS.flatMap((height) => RATIOS.map((ratio) => [height * ratio, height] as const))
const places = Array.from({ length: SIDE / STRIDE }, (_, i) => (i + 0.5) * STRIDE)

export const SHAPES = shapes.length
/** Boxes of all shapes around all places, row by row: what there could be, before anything is seen. */
export const anchors: readonly Box[] = places.flatMap((y) =>
  places.flatMap((x) =>
    shapes.map(([width, height]): Box => [x - width / 2, y - height / 2, x + width / 2, y + height / 2]),
  ),
)

/** Where a box is, seen from another one: its middle in sides of that one, and the logarithms of the ratios of the sides. (Girshick et al. 2014.) */
export function seenFrom(anchor: Box, box: Box): readonly number[] {
  const [[x, y, width, height], [u, v, wide, high]] = [middle(anchor), middle(box)]
  return [(u - x) / width, (v - y) / height, Math.log(wide / width), Math.log(high / height)]
}

/** The box that is seen so from another one. */
export function placedFrom(anchor: Box, [right, down, wider, higher]: ArrayLike<number> & Iterable<number>): Box {
  const [x, y, width, height] = middle(anchor)
  const [u, v] = [x + right! * width, y + down! * height]
  // Whatever a network says, sides are at most seven times as long.
  const [wide, high] = [width * Math.exp(Math.min(2, wider!)), height * Math.exp(Math.min(2, higher!))]
  return [u - wide / 2, v - high / 2, u + wide / 2, v + high / 2]
}

const middle = ([left, top, right, bottom]: Box) =>
  [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top] as const

/** Labels of anchors at which there is nothing, and of those that are near something, and are not learned from. */
export const [NOTHING, UNCLEAR] = [-1, -2]
/** A label, and how the box is seen from the anchor. */
export const NUMBERS = 5

/**
 * What each anchor should say, [anchors, 5]: of the object that it covers best, if they agree by at least a half, or if no anchor covers
 * that object better.
 */
export function wanted(objects: readonly TrueObject[]): Float32Array {
  const agreements = objects.map(({ box }) => anchors.map((anchor) => boxIou(anchor, box)))
  const most = agreements.map((each) => Math.max(...each))
  const numbers = new Float32Array(anchors.length * NUMBERS)
  for (const [i, anchor] of anchors.entries()) {
    const own = agreements.map((each) => each[i]!)
    const chosen = own.findIndex((agreement, k) => agreement > 0 && agreement === most[k])
    const best = chosen >= 0 ? chosen : own.indexOf(Math.max(...own))
    const agreement = own[best] ?? 0
    if (chosen < 0 && agreement < 0.5) {
      numbers[i * NUMBERS] = agreement < 0.4 ? NOTHING : UNCLEAR
    } else {
      numbers.set([objects[best]!.label, ...seenFrom(anchor, objects[best]!.box)], i * NUMBERS)
    }
  }
  return numbers
}

/** Regions of a scene that the second way learns from, and the most of them that show something. */
export const [REGIONS, SHOWING] = [64, 20]
/** A box, a label, and how the true box is seen from it. */
export const REGION_NUMBERS = 9

/** Some regions by chance, [regions, 9]: as far as there are, a third that show something. */
export function someRegions(random: RandomStream, objects: readonly TrueObject[]): Float32Array {
  const all = wanted(objects)
  const order = random.shuffle(anchors.map((_, i) => i))
  const label = (i: number): number => all[i * NUMBERS]!
  const showing = order.filter((i) => label(i) >= 0).slice(0, SHOWING)
  const others = order.filter((i) => label(i) === NOTHING).slice(0, REGIONS - showing.length)
  return Float32Array.from(
    [...showing, ...others].flatMap((i) => [...anchors[i]!, ...all.subarray(i * NUMBERS, (i + 1) * NUMBERS)]),
  )
}

import { type Detection, matchDetections, type TrueObject } from 'shapewise/metrics'
import type { Frame } from '../../gallery.js'

const [RIGHT, WRONG, MISSED] = ['#0072b2', '#d4002a', '#e69f00']

/** What the colours of {@link judgedFrames} say, for titles. */
export const legend = 'blue: right, red: wrong, orange: missed'

/** Frames of what is said to be in a picture, and of what is missed in it. */
export function judgedFrames(
  found: readonly Detection[],
  objects: readonly TrueObject[],
  nameOf: (label: number) => string,
): Frame[] {
  const matches = matchDetections(found, objects)
  const missed = objects.filter((_, i) => !matches.includes(i))
  return [
    ...missed.map(({ box, label }) => ({ box, text: nameOf(label), color: MISSED, isDashed: true })),
    ...found.map(({ box, label }, i) => ({ box, text: nameOf(label), color: matches[i]! >= 0 ? RIGHT : WRONG })),
  ]
}

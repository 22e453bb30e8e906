import { augment, RandomStream } from 'shapewise/data'
import { draw, SIDE, type Traits, traitNames } from './drawn-species.js'
import { type LabelledPictures, labelledPictures } from './fine-training.js'

/** Between which values of a trait, of 0 to 1, species lie: of all kinds, or all of one family, which look much alike. */
export const families = { all: [0, 1], one: [0.3, 0.7] } as const
export type Family = keyof typeof families

/** How much individuals of one species differ in each trait, where species of one family differ by 0.12, the deviation of uniform numbers. */
const WITHIN = 0.016

/** All eight ways to lay a picture down, moved by whole pixels, in other light. Turning and resizing would smooth the fine veins. */
export const speciesVaried = augment.compose(
  augment.flip({ horizontal: 0.5, vertical: 0.5, diagonal: 0.5 }),
  augment.crop({ padding: 3, mode: 'reflect' }),
  augment.colourJitter({ brightness: 0.3, contrast: 0.2, saturation: 0.2, hue: 0.03 }),
)

/** Traits of a species. */
export const typical = (random: RandomStream, family: Family): Traits =>
  Object.fromEntries(traitNames.map((name) => [name, random.uniform(...families[family])])) as Traits

/** Traits of an individual. */
export const individual = (random: RandomStream, species: Traits): Traits =>
  Object.fromEntries(traitNames.map((name) => [name, species[name] + WITHIN * random.normal()])) as Traits

/**
 * Pictures of leaf- and seed-like things, [32, 32, 3]. Every second species is a seed: rounder, hardly lobed, brown, with stripes along it; the others are
 * leaves, green, with veins to both sides. What tells them from each other are 13 traits that differ little. Each picture shows another individual, turned
 * anyhow, bent, tilted, bitten into, in light of another strength, direction and colour, on another ground with stalks on it.
 *
 * @param first the number of the first species; equal numbers and seeds are equal species
 * @param from the number of the first individual, below 10,000, so that sets can be made that share none
 */
export function speciesPictures(options: {
  readonly seed: number
  readonly family: Family
  readonly first: number
  readonly species: number
  readonly each: number
  readonly from: number
}): LabelledPictures {
  const { seed, family, first, species, each, from } = options
  const size = SIDE * SIDE * 3
  const pixels = new Uint8Array(species * each * size)
  const labels = Int32Array.from({ length: species * each }, (_, i) => Math.floor(i / each))
  for (const [i, label] of labels.entries()) {
    const number = first + label
    const traits = typical(new RandomStream(seed, number), family)
    const random = new RandomStream(seed, 1_000_000 + 10_000 * number + from + (i % each))
    draw(pixels.subarray(i * size, (i + 1) * size), random, individual(random, traits), number % 2 === 1)
  }
  return labelledPictures(pixels, labels, [SIDE, SIDE, 3], species)
}

import { RandomStream } from 'shapewise/data'
import type { LabelledPictures } from './fine-training.js'
import { labelledPictures } from './fine-training.js'

/** Pixels of each side. */
export const SIDE = 32

/**
 * What tells species apart, each from 0 to 1: how long, how pointed at the tip, where it is widest, how many lobes its rim has and how deep they
 * are, how many side veins or stripes, at which angle, how strong, and two hues.
 */
type Traits = Readonly<Record<(typeof names)[number], number>>
const names = ['length', 'tip', 'widest', 'lobes', 'depth', 'veins', 'angle', 'strength', 'hue', 'shade'] as const

/** How much individuals of one species differ in each trait, where species differ by 0.29 (the deviation of uniform numbers). */
const WITHIN = 0.03

/** Traits of a species, or with `around` of one of its individuals. */
const traits = (random: RandomStream, around?: Traits): Traits =>
  Object.fromEntries(
    names.map((name) => [name, around ? around[name] + WITHIN * random.normal() : random.uniform()]),
  ) as Traits

/**
 * Pictures of leaf- and seed-like things, [32, 32, 3]. Every second species is a seed: rounder, hardly lobed, brown, with stripes along it; the others are
 * leaves, green, with veins to both sides. Each picture shows another individual, turned by up to 25 degrees, nearer or farther, a little off the middle, in
 * other light, on another ground.
 *
 * @param first the number of the first species; equal numbers and seeds are equal species
 * @param from the number of the first individual, so that sets can be made that share none
 */
export function speciesPictures(options: {
  readonly seed: number
  readonly first: number
  readonly species: number
  readonly each: number
  readonly from: number
}): LabelledPictures {
  const { seed, first, species, each, from } = options
  const pixels = new Uint8Array(species * each * SIDE * SIDE * 3)
  const labels = Int32Array.from({ length: species * each }, (_, i) => Math.floor(i / each))
  for (const [i, label] of labels.entries()) {
    const number = first + label
    const typical = traits(new RandomStream(seed, number))
    const random = new RandomStream(seed, 1_000_000 + 1000 * number + from + (i % each))
    draw(
      pixels.subarray(i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3),
      random,
      traits(random, typical),
      number % 2 === 1,
    )
  }
  return labelledPictures(pixels, labels, [SIDE, SIDE, 3], species)
}

function draw(pixels: Uint8Array, random: RandomStream, own: Traits, isSeed: boolean): void {
  const turn = (random.uniform(-25, 25) * Math.PI) / 180
  const [size, light] = [random.uniform(0.78, 0.95), random.uniform(0.8, 1.15)]
  const [right, down] = [random.uniform(-0.08, 0.08), random.uniform(-0.08, 0.08)]
  const ground = [0, 1, 2].map(() => random.uniform(0.75, 0.95))
  const colour = isSeed
    ? [0.55 + 0.3 * own.shade, 0.38 + 0.25 * own.hue, 0.15 + 0.2 * own.shade]
    : [0.15 + 0.4 * own.hue, 0.42 + 0.25 * own.shade, 0.12 + 0.15 * own.hue]
  const width = (isSeed ? 0.38 : 0.3) + 0.3 * (1 - own.length)
  const lobes = 3 + Math.round(8 * own.lobes)
  const depth = (isSeed ? 0.04 : 0.28) * own.depth
  const veins = 3 + 7 * own.veins
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x0, y0] = [(2 * (i % SIDE) + 1) / SIDE - 1 - right, (2 * Math.floor(i / SIDE) + 1) / SIDE - 1 - down]
    // Along the axis of the thing, from −1 at its foot to 1 at its tip, and across.
    const along = (Math.sin(turn) * x0 - Math.cos(turn) * y0) / size
    const across = (Math.cos(turn) * x0 + Math.sin(turn) * y0) / size
    const inside = Math.abs(along) < 1 ? rim(along, own, width, lobes, depth) - Math.abs(across) : -1
    const cover = Math.min(1, Math.max(0, 0.5 + (inside * SIDE) / 2))
    const phase = isSeed ? across / width : along - (0.2 + 1.6 * own.angle) * Math.abs(across)
    const vein = Math.max(0, Math.cos(Math.PI * veins * phase)) ** 6 + (isSeed ? 0 : Math.exp(-((across * 22) ** 2)))
    const shade = light * (1 - 0.45 * own.strength * Math.min(1, vein))
    const grain = 0.03 * random.normal()
    for (let c = 0; c < 3; c++) {
      const value = (1 - cover) * ground[c]! + cover * shade * colour[c]! + grain
      pixels[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, value)))
    }
  }
}

/** Half the width of the thing at a place of its axis. */
function rim(along: number, own: Traits, width: number, lobes: number, depth: number): number {
  const t = (along + 1) / 2
  // Widest at `peak`; a larger power makes the tip pointed.
  const peak = 0.3 + 0.35 * own.widest
  const way = t < peak ? t / peak : (1 - t) / (1 - peak)
  const power = t < peak ? 0.55 : 0.45 + 0.9 * own.tip
  return (
    width *
    Math.sin((Math.PI / 2) * Math.max(0, way)) ** power *
    (1 - depth * (0.5 + 0.5 * Math.cos(2 * Math.PI * lobes * t)))
  )
}

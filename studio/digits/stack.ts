import { type Colour, classColours, mix, neutral, packed, type Theme } from '../parts/palette'
import type { Line, Picture, Scene, Text, Vector } from '../parts/space/scene'
import { type Link, strongest } from './evidence'
import type { Reading } from './shapes'

/** A layer as a wall of pictures, all maps of a size. */
interface Wall {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly maps: number
  readonly values: Float32Array
  readonly evidence: Float32Array
}

/** How the maps of a layer hang: side by side, and the side of each; the space between two is a part of it. */
interface Hanging {
  readonly columns: number
  readonly side: number
}

const hangings: readonly Hanging[] = [
  { columns: 1, side: 0.5 },
  { columns: 1, side: 0.25 },
  { columns: 1, side: 0.2 },
  { columns: 2, side: 0.19 },
  { columns: 2, side: 0.15 },
  { columns: 6, side: 0.068 },
  { columns: 6, side: 0.08 },
  { columns: 1, side: 0.135 },
]
const GAP = 0.12
/** From the input to the answer. */
const LENGTH = 2.7
/** Links are that much wider the more they carry, in pixels. */
const WIDEST = 4.5

const ink = { light: [28, 36, 48], dark: [240, 243, 248] } as const satisfies Record<Theme, Colour>
const faint = { light: '#5b6575', dark: '#a3acba' } as const

/** One map in the picture. */
export interface Place {
  readonly layer: number
  readonly map: number
  readonly middle: Vector
}

/** The picture that is read, the layers, and the ten answers. */
export function wallsOf(picture: Float32Array, reading: Reading): readonly Wall[] {
  const side = Math.sqrt(picture.length)
  const input = reading.evidence.reduce((sum, part) => sum + part, 0)
  const { probabilities } = reading
  return [
    { name: 'Input', width: side, height: side, maps: 1, values: picture, evidence: Float32Array.of(input) },
    ...reading.stages,
    { name: 'Answer', width: 1, height: 1, maps: 10, values: probabilities, evidence: reading.answers },
  ]
}

/** Where each map hangs: layers from left to right, maps of a layer in rows from above. */
export function placesOf(walls: readonly Wall[]): readonly Place[] {
  return walls.flatMap(({ maps }, layer) => {
    const { columns, side } = hangings[layer]!
    const rows = Math.ceil(maps / columns)
    const step = side * (1 + GAP)
    const x = LENGTH * (layer / (walls.length - 1) - 0.5)
    return Array.from({ length: maps }, (_, map): Place => {
      const [row, column] = [Math.floor(map / columns), map % columns]
      return { layer, map, middle: [x, (column - (columns - 1) / 2) * step, ((rows - 1) / 2 - row) * step] }
    })
  })
}

interface StackOptions {
  /** Links between two layers, at most. */
  readonly links: number
  /** Of which alone links are shown. */
  readonly looked: Place | undefined
  readonly theme: Theme
}

/** All layers with the strongest links between their maps. */
export function stackScene(picture: Float32Array, reading: Reading, { links, looked, theme }: StackOptions): Scene {
  const walls = wallsOf(picture, reading)
  const places = placesOf(walls)
  const starts = walls.map((_, layer) => places.findIndex((place) => place.layer === layer))
  const middleOf = (layer: number, map: number): Vector => places[starts[layer]! + map]!.middle
  const pictures = places.map(({ layer, map, middle }): Picture => {
    const { width, height, values, evidence } = walls[layer]!
    const { side } = hangings[layer]!
    const size = width * height
    const strength = Math.min(1, Math.abs(evidence[map]!) / largest(evidence))
    const [x, y, z] = middle
    const isLooked = looked?.layer === layer && looked.map === map
    return {
      pixels: inked(values.subarray(map * size, (map + 1) * size), largest(values), theme),
      columns: width,
      corner: [x, y - side / 2, z + side / 2],
      ...{ right: [0, side, 0], down: [0, 0, -side] },
      // How much it speaks for or against the answer.
      frame: isLooked
        ? ink[theme]
        : mix(mix(neutral[theme], ink[theme], 0.25), evidenceColour(evidence[map]!, theme), strength),
    }
  })
  const shown = strongest(reading.links, links, looked)
  const lines = shown.map(
    (link): Line => lineOf(link, shown, middleOf(link.layer, link.from), middleOf(link.layer + 1, link.to), theme),
  )
  return { pictures, lines, texts: textsOf(walls, places, reading, theme) }
}

/** A link is as wide as it is strong beside those of its layer. */
function lineOf({ layer, evidence }: Link, shown: readonly Link[], from: Vector, to: Vector, theme: Theme): Line {
  const most = Math.max(...shown.filter((one) => one.layer === layer).map((one) => Math.abs(one.evidence)))
  const share = Math.abs(evidence) / most
  return {
    places: Float32Array.from([...from, ...to]),
    colour: evidenceColour(evidence, theme),
    width: 0.6 + (WIDEST - 0.6) * share,
    opacity: 0.25 + 0.6 * share,
  }
}

function textsOf(walls: readonly Wall[], places: readonly Place[], { probabilities }: Reading, theme: Theme): Text[] {
  const titles = walls.map(({ name }, layer): Text => {
    const heights = places.filter((place) => place.layer === layer).map(({ middle }) => middle[2])
    const [x] = places.find((place) => place.layer === layer)!.middle
    const above = Math.max(...heights) + hangings[layer]!.side / 2 + 0.07
    return { place: [x, 0, above], text: name, colour: faint[theme], size: 12, weight: 600 }
  })
  const best = probabilities.indexOf(Math.max(...probabilities))
  const digits = places
    .filter(({ layer }) => layer === walls.length - 1)
    .map(({ map, middle: [x, y, z] }): Text => {
      const isBest = map === best
      return {
        ...{ place: [x + 0.04, y + 0.14, z], text: `${map}`, align: 'left' },
        ...{ size: isBest ? 18 : 12, weight: isBest ? 700 : 400 },
        colour: isBest ? `rgb(${ink[theme].join(' ')})` : faint[theme],
      }
    })
  return [...titles, ...digits]
}

/** Blue for, orange against; lighter on dark. */
const evidenceColour = (evidence: number, theme: Theme): Colour =>
  mix(classColours[evidence < 0 ? 0 : 1]!, [255, 255, 255], theme === 'dark' ? 0.3 : 0)

const largest = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1

function inked(values: Float32Array, most: number, theme: Theme): Uint32Array {
  return Uint32Array.from(values, (value) =>
    packed(mix(neutral[theme], ink[theme], Math.max(0, Math.min(1, value / most)))),
  )
}

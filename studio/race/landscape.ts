import { contours } from 'd3-contour'
import { type Colour, classColours, mix, packed, type Theme } from '../parts/palette'
import { type Line, type Scene, type Ground as Still, shaded, type Text } from '../parts/space/scene'
import { type Ground, levelColour, levelling } from './ground'
import type { Entrant } from './race'

/** Lines of equal height. */
const LEVELS = 14
/** Half the height of a surface in space. */
const TALL = 0.42
/** What lies on the surface is that much nearer; heads are seen everywhere. */
const LIFT = { contour: 0.012, trail: 0.03, ring: 4, head: 4.1 } as const
/** Places of a trail that are nearer to each other are one. */
const SEEN = 0.004
const MOST = 1500

const ink = { light: [28, 36, 48], dark: [240, 243, 248] } as const satisfies Record<Theme, Colour>
const paper = { light: [255, 255, 255], dark: [20, 23, 28] } as const satisfies Record<Theme, Colour>

/** Six colours, then the same ones darker (or, on dark, lighter); the number beside it tells more. */
export function racerColour(which: number, theme: Theme): Colour {
  const colour = classColours[which % classColours.length]!
  const away = theme === 'light' ? ([0, 0, 0] as const) : ([255, 255, 255] as const)
  return which < classColours.length ? mix(colour, away, theme === 'light' ? 0 : 0.12) : mix(colour, away, 0.42)
}

/** A surface with places on it, as a map (flat) or in space. */
export class Landscape {
  readonly still: Still
  readonly #ground: Ground
  readonly #theme: Theme
  readonly #isFlat: boolean
  readonly #level: (height: number) => number
  readonly #trails = new WeakMap<Entrant['way'], Trail>()

  constructor(ground: Ground, theme: Theme, isFlat: boolean) {
    this.#ground = ground
    this.#theme = theme
    this.#isFlat = isFlat
    this.#level = levelling(ground.heights)
    this.still = this.#makeStill()
  }

  /** How far the map reaches up and down; it reaches from −1 to 1 across. */
  get #half(): number {
    const { x, y } = this.#ground
    return (y[1] - y[0]) / (x[1] - x[0])
  }

  /** Where a place is in space; nowhere if it is outside of the map. */
  place(x: number, y: number, height: number): [number, number, number] {
    const { x: across, y: along } = this.#ground
    if (!(x >= across[0] && x <= across[1] && y >= along[0] && y <= along[1])) return [Number.NaN, 0, 0]
    const share = (value: number, [low, high]: readonly [number, number]) => (2 * (value - low)) / (high - low) - 1
    const z = this.#isFlat ? 0 : TALL * (2 * this.#level(height) - 1)
    return [share(x, across), this.#half * share(y, along), z]
  }

  /** The place of the surface for one of the map in space. */
  onGround(x: number, y: number): readonly [number, number] {
    const { x: across, y: along } = this.#ground
    const value = (share: number, [low, high]: readonly [number, number]) => low + ((share + 1) / 2) * (high - low)
    return [value(x, across), value(y / this.#half, along)]
  }

  /** The height beside a place of the surface. */
  heightAt(x: number, y: number): number {
    const { heights, columns, x: across, y: along } = this.#ground
    const rows = heights.length / columns
    const column = Math.round(((x - across[0]) / (across[1] - across[0])) * (columns - 1))
    const row = Math.round(((y - along[0]) / (along[1] - along[0])) * (rows - 1))
    return heights[row * columns + column] ?? Number.NaN
  }

  #makeStill(): Still {
    const { heights, columns, x, y } = this.#ground
    const rows = heights.length / columns
    const levels = Float32Array.from(heights, this.#level)
    const places = new Float32Array(3 * heights.length)
    const at = (column: number, row: number): readonly [number, number] => [
      x[0] + (column / (columns - 1)) * (x[1] - x[0]),
      y[0] + (row / (rows - 1)) * (y[1] - y[0]),
    ]
    // The last ones could lie outside by rounding errors.
    const inside = (value: number, [low, high]: readonly [number, number]) => Math.max(low, Math.min(high, value))
    const placeAt = (column: number, row: number, height: number) => {
      const [px, py] = at(column, row)
      return this.place(inside(px, x), inside(py, y), height)
    }
    for (let i = 0; i < heights.length; i++) {
      places.set(placeAt(i % columns, Math.floor(i / columns), heights[i]!), 3 * i)
    }
    const colourOf = (i: number) => levelColour(levels[i]!, this.#theme)
    const colours = this.#isFlat
      ? Uint32Array.from(levels, (_, i) => packed(colourOf(i)))
      : shaded(columns, places, colourOf)
    return { surfaces: [{ columns, places, colours }], lines: this.#contours(levels, rows) }
  }

  #contours(levels: Float32Array, rows: number): Line[] {
    const { columns } = this.#ground
    const thresholds = Array.from({ length: LEVELS }, (_, i) => (i + 0.5) / LEVELS)
    const bands = contours().size([columns, rows]).thresholds(thresholds)(Array.from(levels))
    return bands.flatMap(({ coordinates, value }) =>
      coordinates.flat().flatMap((ring) => {
        // The centre of a cell is where its height is; pieces along the border are no contours.
        const isInside = ([a = 0, b = 0]: readonly number[]) =>
          a > 0.51 && b > 0.51 && a < columns - 0.51 && b < rows - 0.51
        const places = ring.flatMap((point) => {
          const [a = 0, b = 0] = point
          if (!isInside(point)) return [Number.NaN, 0, 0]
          const share = [(2 * (a - 0.5)) / (columns - 1) - 1, (2 * (b - 0.5)) / (rows - 1) - 1] as const
          return [share[0], this.#half * share[1], this.#isFlat ? 0 : TALL * (2 * value - 1)]
        })
        return [
          {
            ...{ places: Float32Array.from(places), width: 0.8, lift: LIFT.contour },
            ...{ colour: ink[this.#theme], opacity: this.#isFlat ? 0.2 : 0.15 },
          },
        ]
      }),
    )
  }

  /** The race at a moment. */
  scene(entrants: readonly Entrant[], step: number): Scene {
    const lines: Line[] = []
    const heads: number[] = []
    const kinds: number[] = []
    const texts: Text[] = this.#marks()
    for (const [i, { way }] of entrants.entries()) {
      const trail = this.#trails.get(way) ?? new Trail(this)
      this.#trails.set(way, trail)
      const records = way.until(step)
      if (records.length === 0) continue
      const colour = racerColour(i, this.#theme)
      lines.push({ places: trail.until(records), colour, width: 2.2, lift: LIFT.trail, opacity: 0.95 })
      const head = this.place(records.at(-3)!, records.at(-2)!, records.at(-1)!)
      if (Number.isNaN(head[0])) continue
      heads.push(...head)
      kinds.push(i)
      texts.push({ place: head, text: `${i + 1}`, colour: '#fff', size: 10, weight: 700 })
    }
    const places = Float32Array.from(heads)
    const colours = entrants.map((_, i) => headColour(racerColour(i, this.#theme)))
    const clouds = [
      { places, kinds: kinds.map(() => 0), stamps: [paper[this.#theme]], size: 19, lift: LIFT.ring },
      { places, kinds, stamps: colours, size: 16, lift: LIFT.head },
    ]
    return { ground: this.still, lines, clouds, texts }
  }

  /** Minima, and on a map the ends of the axes. */
  #marks(): Text[] {
    const { minima, x, y } = this.#ground
    const shared = { colour: `rgb(${ink[this.#theme].join(' ')})` }
    const faint = { colour: this.#theme === 'light' ? '#5b6575' : '#a3acba', size: 11 }
    const marks = minima.map(([a, b]) => ({
      ...{ place: this.place(a, b, this.heightAt(a, b)), text: '×', size: 20, ...shared },
    }))
    if (!this.#isFlat) return marks
    const [right, top] = [0.985, this.#half]
    return [
      ...marks,
      { place: [-right, 0.045 - top, 0], text: `x ${x[0]}, y ${y[0]}`, align: 'left', ...faint },
      { place: [right, top - 0.045, 0], text: `x ${x[1]}, y ${y[1]}`, align: 'right', ...faint },
    ]
  }
}

/** Dark enough for a white number on it. */
function headColour(colour: Colour): Colour {
  const [red, green, blue] = colour.map((part) => (part / 255) ** 2.2) as [number, number, number]
  const brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return brightness > 0.2 ? mix(colour, [0, 0, 0], 0.3) : colour
}

/** The line that a racer leaves, without places that nobody could tell apart. */
class Trail {
  readonly #landscape
  /** Records that are in the line. */
  #taken = 0
  #places: number[] = []
  #seen = SEEN

  constructor(landscape: Landscape) {
    this.#landscape = landscape
  }

  until(records: Float32Array): Float32Array {
    const count = records.length / 3
    if (count < this.#taken) this.#restart(SEEN)
    this.#take(records, count)
    // A long scribble is drawn more coarsely.
    while (this.#places.length > 3 * MOST && this.#seen < 0.1) {
      this.#restart(2 * this.#seen)
      this.#take(records, count)
    }
    const last = this.#landscape.place(records.at(-3)!, records.at(-2)!, records.at(-1)!)
    return Float32Array.from([...this.#places, ...last])
  }

  #restart(seen: number): void {
    this.#seen = seen
    this.#taken = 0
    this.#places = []
  }

  #take(records: Float32Array, count: number): void {
    for (; this.#taken < count; this.#taken++) {
      const i = 3 * this.#taken
      const [x, y, z] = this.#landscape.place(records[i]!, records[i + 1]!, records[i + 2]!)
      const [px = Number.NaN, py = 0, pz = 0] = this.#places.slice(-3)
      if (Math.hypot(x - px, y - py, z - pz) < this.#seen || (Number.isNaN(x) && Number.isNaN(px))) continue
      this.#places.push(x, y, z)
    }
  }
}

import type { Colour } from '../../parts/palette'
import type { Cloud, Line, Scene, Stamp } from '../../parts/space/scene'
import { boxOf } from './fit'
import { ringStamp } from './picture-stamps'

export interface Marks {
  /** The others are faint. */
  readonly chosen: ReadonlySet<number> | undefined
  readonly focus: number | undefined
  readonly neighbours: readonly number[]
  readonly hovered: number | undefined
}

export interface PointLook {
  readonly stamps: readonly Stamp[]
  readonly kinds: ArrayLike<number>
  /** Pixels from side to side. */
  readonly size: number
  readonly opacity: number
  /** Of rings and lines. */
  readonly ink: Colour
}

const FAINT = 0.13
/** Rings and what is chosen lie before the rest. */
const LIFT = { chosen: 4, rings: 8 } as const
/** Of rings, in pixels: how far they reach beyond what they are around, and how thick they are. */
const RINGS = { neighbour: [5, 1.2], focus: [10, 2.4], hovered: [7, 1.8] } as const

/** Points with what is chosen among them, and lines from a point to its neighbours among the vectors. */
export function pointScene(places: Float32Array, look: PointLook, marks: Marks, isFlat: boolean): Scene {
  const { stamps, kinds, size, opacity, ink } = look
  const { chosen, focus, neighbours, hovered } = marks
  const clouds: Cloud[] = []
  if (chosen === undefined) clouds.push({ places, stamps, kinds, size, opacity })
  else {
    const part = (isWanted: boolean) => Int32Array.from(kinds, (kind, i) => (chosen.has(i) === isWanted ? kind : -1))
    clouds.push({ places, stamps, kinds: part(false), size, opacity: opacity * FAINT })
    clouds.push({ places, stamps, kinds: part(true), size, opacity, lift: LIFT.chosen })
  }
  const lines: Line[] = isFlat ? [] : edges(places, ink)
  if (focus !== undefined) {
    for (const other of neighbours) {
      const ends = Float32Array.of(...placeOf(places, focus), ...placeOf(places, other))
      lines.push({ places: ends, colour: ink, width: 1, opacity: 0.45, lift: LIFT.chosen })
    }
    clouds.push(ring(places, neighbours, ink, size, RINGS.neighbour), ring(places, [focus], ink, size, RINGS.focus))
  }
  if (hovered !== undefined && hovered !== focus) clouds.push(ring(places, [hovered], ink, size, RINGS.hovered))
  return { clouds, lines }
}

const placeOf = (places: Float32Array, point: number): Float32Array => places.subarray(3 * point, 3 * point + 3)

function ring(
  places: Float32Array,
  points: readonly number[],
  colour: Colour,
  inner: number,
  [beyond, thickness]: readonly [number, number],
): Cloud {
  const size = inner + beyond
  const around = new Float32Array(3 * points.length)
  for (const [k, point] of points.entries()) around.set(placeOf(places, point), 3 * k)
  const kinds = new Uint8Array(points.length)
  return { places: around, stamps: [ringStamp(colour, thickness / size)], kinds, size, lift: LIFT.rings }
}

/** The edges of the box around all points, so that it is seen how it is turned. */
function edges(places: Float32Array, colour: Colour): Line[] {
  const { low, high } = boxOf(places)
  const corner = (k: number) => [0, 1, 2].map((axis) => ((k >> axis) & 1 ? high[axis]! : low[axis]!))
  return Array.from({ length: 8 }, (_, a) => a).flatMap((a) =>
    [1, 2, 4]
      .filter((bit) => (a & bit) === 0)
      .map((bit) => ({ places: Float32Array.of(...corner(a), ...corner(a | bit)), colour, width: 1, opacity: 0.16 })),
  )
}

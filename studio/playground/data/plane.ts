/** Both coordinates of the plane go from −EXTENT to EXTENT. */
export const EXTENT = 6

/** The plane is shown as so many squares in each direction. */
export const GRID = 50

/** Points of the plane with a class each, 0, 1, …, or a number from −1 to 1. */
export interface Points {
  readonly kind: 'classes' | 'values'
  /** For classes: how many there are. */
  readonly classes: number
  /** x₁, y₁, x₂, y₂, … */
  readonly places: Float32Array
  readonly targets: Float32Array
}

export interface DataKind {
  readonly label: string
  readonly kind: Points['kind']
  /** Whether the number of classes can be chosen. */
  readonly manyClasses?: boolean
}

export const datasets = {
  circle: { label: 'Circle', kind: 'classes' },
  xor: { label: 'Exclusive or', kind: 'classes' },
  gauss: { label: 'Gaussian', kind: 'classes', manyClasses: true },
  spiral: { label: 'Spiral', kind: 'classes', manyClasses: true },
  moons: { label: 'Moons', kind: 'classes' },
  checkerboard: { label: 'Checkerboard', kind: 'classes' },
  rings: { label: 'Rings', kind: 'classes', manyClasses: true },
  plane: { label: 'Plane (values)', kind: 'values' },
  hills: { label: 'Hills (values)', kind: 'values' },
  own: { label: 'Your own', kind: 'classes' },
} as const satisfies Record<string, DataKind>

export type DataName = keyof typeof datasets

/** The user's own points in few characters: two digits of base 36 for each coordinate, then the class. */
export function encodePoints({ places, targets }: Pick<Points, 'places' | 'targets'>): string {
  const digit = (value: number): string =>
    Math.round(((Math.max(-EXTENT, Math.min(EXTENT, value)) + EXTENT) / (2 * EXTENT)) * (36 ** 2 - 1))
      .toString(36)
      .padStart(2, '0')
  return Array.from(targets, (target, i) => `${digit(places[2 * i]!)}${digit(places[2 * i + 1]!)}${target}`).join('')
}

/** The points that a text stands for; what makes no sense is left out. */
export function decodePoints(text: string): Points {
  const found = [...text.matchAll(/([0-9a-z]{2})([0-9a-z]{2})([0-5])/g)]
  const value = (digits: string): number => (Number.parseInt(digits, 36) / (36 ** 2 - 1)) * 2 * EXTENT - EXTENT
  const targets = Float32Array.from(found, ([, , , target]) => Number(target))
  const places = Float32Array.from(found.flatMap(([, x = '', y = '']) => [value(x), value(y)]))
  const classes = Math.max(2, ...Array.from(targets, (target) => target + 1))
  return { kind: 'classes', classes, places, targets }
}

import { expectInteger, oneOrMore } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail, failShape } from '../../core/errors.js'
import { formatShape, normalizeAxes, normalizeAxis, range } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { lift, type Operand } from '../operand.js'

/**
 * What to take of one axis:
 * a number picks one element and drops the axis; `[start, stop, step]` is NumPy's `start:stop:step`, where each may be
 * left out or null; `null` or `':'` takes all. `'...'` stands for all axes that the other specs leave over.
 */
export type SliceSpec = number | null | ':' | '...' | SliceRange

export type SliceRange = readonly [start?: number | null, stop?: number | null, step?: number | null]

/**
 * A part of `x`, one spec per axis; axes without one are taken whole.
 *
 * Ranges may reach over the ends, as in NumPy; a number may not.
 * @throws ShapeError for a number outside the axis, a step of 0 or too many specs.
 * @example slice(x, 0, [2, 5], [null, null, -1]) // x[0, 2:5, ::-1]
 */
export function slice(x: Operand, ...specs: readonly SliceSpec[]): Node {
  const node = lift(x)
  const perAxis = spread(node, specs)
  const dropped: number[] = []
  const starts: number[] = []
  const sizes: number[] = []
  const steps: number[] = []
  node.shape.forEach((n, axis) => {
    const spec = perAxis[axis]
    if (typeof spec === 'number') dropped.push(axis)
    const [start, size, step] = typeof spec === 'number' ? [position(node, axis, spec), 1, 1] : extent(node, n, spec)
    starts.push(start)
    sizes.push(size)
    steps.push(step)
  })
  return build.reshape(
    build.slice(node, starts, sizes, steps),
    sizes.filter((_, axis) => !dropped.includes(axis)),
  )
}

function spread({ rank, shape }: Node, specs: readonly SliceSpec[]): (number | SliceRange)[] {
  const dots = specs.filter((spec) => spec === '...').length
  const given = specs.length - dots
  if (given > rank || dots > 1) {
    failShape(
      'slice',
      dots > 1 ? "'...' is given more than once" : `${given} ranges for the ${rank} axes of ${formatShape(shape)}`,
      'Give at most one range per axis.',
    )
  }
  const all: SliceRange = []
  const rest = new Array<SliceRange>(rank - given).fill(all)
  const listed = specs.flatMap((spec): (number | SliceRange)[] =>
    spec === '...' ? rest : [spec === null || spec === ':' ? all : spec],
  )
  for (const spec of listed) if (typeof spec !== 'number' && !Array.isArray(spec)) refuseSpec(spec)
  return dots === 1 ? listed : [...listed, ...rest]
}

function refuseSpec(spec: unknown): never {
  const cure =
    "An axis is cut by a number, [start, stop, step], null or ':' for all of it; '...' stands for several axes."
  fail(`slice: ${describe(spec)} is no part of an axis`, cureFor(spec, cure))
}

function position({ shape }: Node, axis: number, index: number): number {
  const n = shape[axis]
  const place = index < 0 ? index + n : index
  if (!Number.isInteger(index) || place < 0 || place >= n) {
    failShape(
      'slice',
      `index ${index} is outside axis ${axis} of ${formatShape(shape)}`,
      n === 0 ? 'The axis is empty.' : `Use a whole number from ${-n} to ${n - 1}.`,
    )
  }
  return place
}

function extent({ shape }: Node, n: number, range: SliceRange): [start: number, size: number, step: number] {
  const step = range[2] ?? 1
  if (step === 0 || [...range].some((part) => part != null && !Number.isInteger(part) && Math.abs(part) !== Infinity)) {
    failShape(
      'slice',
      `[${range.map((part) => part ?? '').join(', ')}] is not a range of ${formatShape(shape)}`,
      'Start and stop are whole numbers, the step is one other than 0.',
    )
  }
  const [lowest, highest] = step > 0 ? [0, n] : [-1, n - 1]
  const inside = (value: number): number => Math.min(Math.max(value < 0 ? value + n : value, lowest), highest)
  const start = range[0] == null ? (step > 0 ? 0 : n - 1) : inside(range[0])
  const stop = range[1] == null ? (step > 0 ? n : -1) : inside(range[1])
  const size = Math.max(0, Math.ceil((stop - start) / step))
  return size === 0 ? [0, 0, 1] : [start, size, size === 1 ? 1 : step]
}

/** Element `index` along `axis` (0), which disappears: x[index]. */
export function at(x: Operand, index: number, axis = 0): Node {
  const node = lift(x)
  expectInteger('at', 'the index', index)
  return slice(node, ...range(normalizeAxis(axis, node.rank, 'at')).map(() => null), index)
}

/** Elements `start` to `stop` of one axis, as they are. */
export function part(x: Node, axis: number, start: number, size: number, step = 1): Node {
  const pick = <T>(here: T, there: (n: number) => T): T[] => x.shape.map((n, i) => (i === axis ? here : there(n)))
  return build.slice(
    x,
    pick(start, () => 0),
    pick(size, (n) => n),
    pick(step, () => 1),
  )
}

/** The elements in reverse order along the axes, or along all. */
export function flip(x: Operand, axis?: number | readonly number[]): Node {
  const node = lift(x)
  const axes = normalizeAxes(axis, node.rank, 'flip').filter((i) => node.shape[i] > 1)
  if (axes.length === 0) return node
  const turned = (i: number): boolean => axes.includes(i)
  return build.slice(
    node,
    node.shape.map((n, i) => (turned(i) ? n - 1 : 0)),
    node.shape,
    node.shape.map((_, i) => (turned(i) ? -1 : 1)),
  )
}

/** The elements moved on by `shift` along `axis`; what leaves at the end comes in at the start. Without axis in the flattened tensor. */
export function roll(x: Operand, shift: number | readonly number[], axis?: number | readonly number[]): Node {
  const node = lift(x)
  if (axis === undefined) {
    const flat = build.reshape(node, [node.shape.reduce((a, b) => a * b, 1)])
    return build.reshape(roll(flat, shift, 0), node.shape)
  }
  const axes = oneOrMore('roll', 'the axis', axis)
  const shifts = typeof shift === 'number' ? axes.map(() => shift) : oneOrMore('roll', 'the shift', shift)
  if (shifts.length !== axes.length || shifts.some((n) => !Number.isInteger(n))) {
    failShape('roll', `shifts ${formatShape(shifts)} for axes ${formatShape(axes)}`, 'Give one whole number per axis.')
  }
  return axes.reduce((rolled, a, i) => {
    const along = normalizeAxis(a, node.rank, 'roll')
    const n = node.shape[along]
    const cut = n === 0 ? 0 : ((-shifts[i] % n) + n) % n
    if (cut === 0) return rolled
    return build.concat([part(rolled, along, cut, n - cut), part(rolled, along, 0, cut)], along)
  }, node)
}

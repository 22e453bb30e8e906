import { range } from '../../../../core/shape.js'
import type { Node } from '../../../../graph/node.js'
import type { Primitive } from '../../../../graph/primitives.js'
import type { Size } from '../../../tracing/sizes.js'
import { codeOf } from '../../file/tensors.js'
import type { Emitter } from '../emitter.js'
import { refuse } from '../refusal.js'
import { type ExportRow, plain } from './row.js'

/** Stands for "to the end" in slices. */
const END = 2 ** 62

/** Another shape, of which one size may depend on the batch. */
export function reshaped(name: string, shape: readonly Size[], emitter: Emitter, node?: Node): string {
  const open = shape.filter((size) => typeof size !== 'number').length
  const sizes = open === 1 ? shape.map((size) => (typeof size === 'number' ? size : -1)) : shape
  return emitter.emit(
    'Reshape',
    [name, emitter.sizes(sizes)],
    open > 1 || sizes.includes(0) ? { allowzero: 1 } : {},
    node,
  )
}

function reshape(node: Node<'reshape'>, emitter: Emitter): string {
  const { variants } = emitter
  return reshaped(emitter.plain(node.inputs[0]), variants.shape(node), emitter, node)
}

function expand(node: Node<'expand'>, emitter: Emitter): string {
  return emitter.emit(
    'Expand',
    [emitter.operand(node.inputs[0]), emitter.sizes(emitter.variants.shape(node))],
    {},
    node,
  )
}

/** A place on an axis of which the size may depend on the batch: from the end if that is fixed. */
function place(node: Node<'slice'>, axis: number, emitter: Emitter, read: (each: Node<'slice'>) => number): Size {
  const { variants } = emitter
  const values = variants.of(node).map(read)
  if (values.every((value) => value === values[0])) return values[0]
  const fromEnd = variants.of(node).map((each, i) => values[i] - each.inputs[0].shape[axis])
  if (fromEnd.every((value) => value === fromEnd[0])) return fromEnd[0] === 0 ? END : fromEnd[0]
  return variants.sizeFrom(values, 'slice')
}

function slice(node: Node<'slice'>, emitter: Emitter): string {
  const [x] = node.inputs
  const { starts, sizes, steps } = node.attributes
  const axes = range(node.rank).filter(
    (axis) => starts[axis] !== 0 || steps[axis] !== 1 || sizes[axis] !== x.shape[axis],
  )
  const from = axes.map((axis) => place(node, axis, emitter, (each) => each.attributes.starts[axis]))
  const to = axes.map((axis) => {
    const end = (each: Node<'slice'>): number =>
      each.attributes.starts[axis] + each.attributes.sizes[axis] * each.attributes.steps[axis]
    // Backwards the end before the first element has no number.
    return steps[axis] < 0 && end(node) < 0 ? -END : place(node, axis, emitter, end)
  })
  const by = axes.map((axis) => steps[axis])
  return emitter.emit(
    'Slice',
    [emitter.plain(x), emitter.sizes(from), emitter.sizes(to), emitter.ints(axes), emitter.ints(by)],
    {},
    node,
  )
}

/** Zeros between neighbours: each element gets its own axis, which is padded. */
function spread(name: string, node: Node<'pad'>, emitter: Emitter): string {
  const { interior, value } = node.attributes
  const filling = emitter.scalar(value, node.dtype)
  return interior.reduce((x, count, axis) => {
    if (count === 0) return x
    const apart = emitter.emit('Unsqueeze', [x, emitter.ints([axis + 1])])
    const pads = range(node.rank + 1).map(() => 0)
    const wide = emitter.emit(
      'Pad',
      [apart, emitter.ints([...pads, ...pads.map((_, i) => (i === axis + 1 ? count : 0))]), filling],
      {
        mode: 'constant',
      },
    )
    const { variants } = emitter
    const before = variants.of(node).map((each) => each.inputs[0].shape)
    const shape = range(node.rank).map((i) =>
      variants.sizeFrom(
        before.map((sizes) =>
          i < axis
            ? sizes[i] + Math.max(0, sizes[i] - 1) * interior[i]
            : i === axis
              ? sizes[i] * (count + 1)
              : sizes[i],
        ),
        'pad',
      ),
    )
    const joined = reshaped(wide, shape, emitter)
    return emitter.emit('Slice', [joined, emitter.ints([0]), emitter.ints([-count]), emitter.ints([axis])])
  }, name)
}

function pad(node: Node<'pad'>, emitter: Emitter): string {
  const { low, high, value } = node.attributes
  const x = spread(emitter.plain(node.inputs[0]), node, emitter)
  if ([...low, ...high].every((n) => n === 0)) return x
  const { variants } = emitter
  const counts = (['low', 'high'] as const).flatMap((side) =>
    range(node.rank).map((axis) => variants.size(node, (each) => each.attributes[side][axis])),
  )
  return emitter.emit('Pad', [x, emitter.sizes(counts), emitter.scalar(value, node.dtype)], { mode: 'constant' }, node)
}

function concat(node: Node<'concat'>, emitter: Emitter): void {
  const { axis } = node.attributes
  const isFirst = node.rank > 2 && node.inputs.some((x) => emitter.isFirst(x))
  if (!isFirst) {
    emitter.set(
      node,
      emitter.emit(
        'Concat',
        node.inputs.map((x) => emitter.plain(x)),
        { axis },
        node,
      ),
    )
    return
  }
  const moved = axis === 0 ? 0 : axis === node.rank - 1 ? 1 : axis + 1
  emitter.setFirst(
    node,
    emitter.emit(
      'Concat',
      node.inputs.map((x) => emitter.first(x)),
      { axis: moved },
      node,
    ),
  )
}

/** Whole numbers that count along an axis. */
function iota(node: Node<'iota'>, emitter: Emitter): string {
  const { axis, dtype } = node.attributes
  const sizes = emitter.variants.shape(node)
  const [count, from, by] = [emitter.sizes([sizes[axis]]), emitter.ints([0], []), emitter.ints([1], [])]
  const limit = emitter.emit('Squeeze', [count, emitter.ints([0])])
  const line = emitter.emit('Cast', [emitter.emit('Range', [from, limit, by])], { to: codeOf[dtype] })
  const along = emitter.emit('Reshape', [line, emitter.ints(sizes.map((_, i) => (i === axis ? -1 : 1)))])
  return emitter.emit('Expand', [along, emitter.sizes(sizes)], {}, node)
}

export const movementRows = {
  constant: plain((node, emitter) => emitter.operand(node)),
  input: refuse('input', 'Every input of the graph must be an argument, a variable or a tensor with a value.'),
  iota: plain(iota),
  randomBits: refuse('randomBits', 'Put the model into evaluation mode, or pass random numbers as an input.'),
  reshape: plain(reshape),
  permute: plain((node, emitter) =>
    emitter.emit('Transpose', [emitter.plain(node.inputs[0])], { perm: node.attributes.axes }, node),
  ),
  expand: plain(expand),
  slice: plain(slice),
  pad: plain(pad),
  concat,
} as const satisfies { readonly [P in Primitive]?: ExportRow<P> }

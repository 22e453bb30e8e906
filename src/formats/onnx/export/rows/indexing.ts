import { range } from '../../../../core/shape.js'
import type { Node } from '../../../../graph/node.js'
import type { Primitive } from '../../../../graph/primitives.js'
import { codeOf, INT64 } from '../../file/tensors.js'
import type { Emitter } from '../emitter.js'
import { refuse } from '../refusal.js'
import { reshaped } from './movement.js'
import { type ExportRow, plain } from './row.js'

const wide = (name: string, emitter: Emitter): string => emitter.emit('Cast', [name], { to: INT64 })

/** Each index as a list of one. */
const listed = (indices: Node, emitter: Emitter): string =>
  wide(emitter.emit('Unsqueeze', [emitter.plain(indices), emitter.ints([-1])]), emitter)

function gather(node: Node<'gather'>, emitter: Emitter): string {
  const [x, indices] = node.inputs
  const { batchDims } = node.attributes
  if (batchDims === 0) return emitter.emit('Gather', [emitter.plain(x), emitter.plain(indices)], { axis: 0 }, node)
  return emitter.emit('GatherND', [emitter.plain(x), listed(indices, emitter)], { batch_dims: batchDims }, node)
}

/** Below the batch axes the places are one axis, and each element of a slice is told its place. */
function scatter(node: Node<'scatter'>, emitter: Emitter): string {
  const [x, indices, updates] = node.inputs
  const { batchDims, mode } = node.attributes
  const reduction = mode === 'set' ? 'none' : mode
  if (batchDims === 0) {
    return emitter.emit(
      'ScatterND',
      [emitter.plain(x), listed(indices, emitter), emitter.plain(updates)],
      { reduction },
      node,
    )
  }
  const { variants } = emitter
  const rest = x.rank - batchDims - 1
  const count = variants.sizeFrom(
    variants.of(indices).map((each) => each.shape.slice(batchDims).reduce((product, n) => product * n, 1)),
    'scatter',
  )
  const shape = variants.shape(updates)
  const flat = [...shape.slice(0, batchDims), count, ...shape.slice(shape.length - rest)]
  const ready = reshaped(emitter.plain(updates), flat, emitter)
  const places = reshaped(
    wide(emitter.plain(indices), emitter),
    [...shape.slice(0, batchDims), count, ...range(rest).map(() => 1)],
    emitter,
  )
  const spread = rest === 0 ? places : emitter.emit('Expand', [places, emitter.emit('Shape', [ready])])
  return emitter.emit('ScatterElements', [emitter.plain(x), spread, ready], { axis: batchDims, reduction }, node)
}

function argSort(node: Node<'argSort'>, emitter: Emitter): string {
  const [x] = node.inputs
  const sizes = emitter.variants.shape(node)
  const isNarrow = x.dtype === 'bool' || x.dtype === 'uint8'
  const given = isNarrow ? emitter.emit('Cast', [emitter.plain(x)], { to: codeOf.int32 }) : emitter.plain(x)
  const [, order] = emitter.emitSeveral(
    'TopK',
    [given, emitter.sizes([sizes[node.rank - 1]])],
    { axis: node.rank - 1, largest: Number(node.attributes.descending), sorted: 1 },
    2,
    node,
  )
  return emitter.emit('Cast', [order], { to: codeOf.int32 })
}

/** Complex numbers as pairs; the inverse of ONNX divides by their number. */
function fft(node: Node<'fft'>, emitter: Emitter): string {
  const [x] = node.inputs
  const n = emitter.variants.fixed(x, (each) => each.shape[each.rank - 2])
  const rows = reshaped(emitter.plain(x), [-1, n, 2], emitter)
  const spectrum = emitter.emit('DFT', [rows], { axis: 1, inverse: Number(node.attributes.inverse) }, node)
  const sums = node.attributes.inverse ? emitter.emit('Mul', [spectrum, emitter.scalar(n, node.dtype)]) : spectrum
  return reshaped(sums, emitter.variants.shape(node), emitter, node)
}

const factorization = (primitive: string): (() => never) =>
  refuse(primitive, 'Leave it out of what is exported: calculate it before, and pass the result as an input.')

export const indexingRows = {
  gather: plain(gather),
  scatter: plain(scatter),
  argSort: plain(argSort),
  cholesky: factorization('cholesky'),
  triangularSolve: factorization('triangularSolve'),
  lu: factorization('lu'),
  qr: factorization('qr'),
  eigh: factorization('eigh'),
  svd: factorization('svd'),
  fft: plain(fft),
} as const satisfies { readonly [P in Primitive]?: ExportRow<P> }

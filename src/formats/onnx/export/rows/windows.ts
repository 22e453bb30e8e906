import { isFloat } from '../../../../core/dtype.js'
import { fail } from '../../../../core/errors.js'
import { range } from '../../../../core/shape.js'
import { build } from '../../../../graph/index.js'
import type { Node } from '../../../../graph/node.js'
import type { Padding, Primitive, WindowAttributes } from '../../../../graph/primitives.js'
import { codeOf } from '../../file/tensors.js'
import type { AttributeValue, Emitter } from '../emitter.js'
import { reshaped } from './movement.js'
import type { ExportRow } from './row.js'

/** All low paddings, then all high ones. */
const padsOf = (padding: readonly Padding[]): number[] => [
  ...padding.map(([low]) => low),
  ...padding.map(([, high]) => high),
]

type Attributes = Readonly<Record<string, AttributeValue>>

const windowsOf = ({ window, strides, padding }: WindowAttributes): Attributes => ({
  kernel_shape: window,
  strides,
  pads: padsOf(padding),
})

/** ONNX has windows of floats only. */
function expectFloats({ op, dtype }: Node): void {
  if (!isFloat(dtype))
    fail(`toOnnx: '${op}' of ${dtype} has no form in ONNX`, "Convert with cast('float32') before it.")
}

/** The sizes of a value with its channels behind the batch. */
const firstShape = (node: Node, emitter: Emitter): ReturnType<typeof emitter.variants.shape> => {
  const shape = emitter.variants.shape(node)
  return [shape[0], shape[node.rank - 1], ...shape.slice(1, -1)]
}

/** [outputs, channels / groups, …window] from […window, channels / groups, outputs] */
const outputsFirst = (kernel: Node): Node =>
  build.permute(kernel, [kernel.rank - 1, kernel.rank - 2, ...range(kernel.rank - 2)])

/** Weights are written in the order that ONNX wants; what is calculated is brought into it. */
function kernelName(kernel: Node, order: (kernel: Node) => Node, emitter: Emitter): string {
  return emitter.plain(order(kernel))
}

/** Writes a convolution, perhaps with a bias [outputs]; gives the name of the value with its channels behind the batch. */
export function convolution(node: Node<'conv'>, emitter: Emitter, bias?: Node, of: Node = node): string {
  expectFloats(node)
  const added = bias === undefined ? [] : [emitter.plain(bias)]
  const [x, kernel] = node.inputs
  const { strides, padding, inputDilation, kernelDilation, groups } = node.attributes
  const isTransposed = inputDilation.some((n) => n > 1) && strides.every((n) => n === 1)
  const window = kernel.shape.slice(0, -2)
  const reach = window.map((n, i) => (n - 1) * kernelDilation[i])
  const transposedPads = padding.map(([low, high], i): Padding => [reach[i] - low, reach[i] - high])
  if (isTransposed && transposedPads.every(([low]) => low >= 0)) {
    // What is padded more behind than the kernel reaches is more output.
    const more = transposedPads.map(([, high]) => Math.max(0, -high))
    if (more.every((n, i) => n < Math.max(inputDilation[i], kernelDilation[i]))) {
      const pads = transposedPads.map(([low, high]): Padding => [low, Math.max(0, high)])
      const attributes = {
        strides: inputDilation,
        dilations: kernelDilation,
        pads: padsOf(pads),
        output_padding: more,
        group: groups,
      }
      const name = kernelName(kernel, (each) => turnedRound(each, groups), emitter)
      return emitter.emit('ConvTranspose', [emitter.first(x), name, ...added], attributes, of)
    }
  }
  const isDilated = inputDilation.some((n) => n > 1)
  const input = isDilated ? spread(x, inputDilation, emitter) : emitter.first(x)
  const attributes = { kernel_shape: window, strides, dilations: kernelDilation, pads: padsOf(padding), group: groups }
  return emitter.emit('Conv', [input, kernelName(kernel, outputsFirst, emitter), ...added], attributes, of)
}

const conv: ExportRow<'conv'> = (node, emitter) => emitter.setFirst(node, convolution(node, emitter))

/** The kernel of the transposed convolution, [channels, outputs / groups, …window]: flipped, with channels and outputs changed over in each group. */
function turnedRound(kernel: Node, groups: number): Node {
  const spatial = kernel.rank - 2
  const window = kernel.shape.slice(0, spatial)
  const [channels, outputs] = kernel.shape.slice(spatial)
  const flipped = build.slice(kernel, [...window.map((n) => n - 1), 0, 0], kernel.shape, [
    ...window.map(() => -1),
    1,
    1,
  ])
  const apart = build.reshape(flipped, [...window, channels, groups, outputs / groups])
  const moved = build.permute(apart, [spatial + 1, spatial, spatial + 2, ...range(spatial)])
  return build.reshape(moved, [groups * channels, outputs / groups, ...window])
}

/** A picture with zeros between its elements. */
function spread(x: Node, dilation: readonly number[], emitter: Emitter): string {
  const none = x.shape.map(() => 0)
  const padded = emitter.variants
    .of(x)
    .map((each) => build.pad(each, none, none, [0, ...dilation.map((n) => n - 1), 0]))
  emitter.variants.add(padded)
  return emitter.first(padded[0])
}

/** Pools take floats in most runtimes. */
function floats(x: Node, emitter: Emitter): { name: string; back: (name: string) => string } {
  const name = emitter.first(x)
  if (x.dtype.startsWith('float') || x.dtype === 'bfloat16') return { name, back: (result) => result }
  return {
    name: emitter.emit('Cast', [name], { to: codeOf.float64 }),
    back: (result) => emitter.emit('Cast', [result], { to: codeOf[x.dtype] }),
  }
}

const maxPool: ExportRow<'maxPool'> = (node, emitter) => {
  const { name, back } = floats(node.inputs[0], emitter)
  emitter.setFirst(node, back(emitter.emit('MaxPool', [name], windowsOf(node.attributes), node)))
}

/** The number of channels, which is that of groups too. */
const channelsOf = (x: Node, emitter: Emitter): number => emitter.variants.fixed(x, (each) => each.shape[each.rank - 1])

/** A kernel that adds the elements of each window of each channel. */
function ones(node: Node, window: readonly number[], emitter: Emitter): string {
  const channels = channelsOf(node, emitter)
  const shape = [channels, 1, ...window]
  return emitter.emit('Expand', [emitter.scalar(1, node.dtype), emitter.ints(shape)])
}

const sumPool: ExportRow<'sumPool'> = (node, emitter) => {
  expectFloats(node)
  const { window, strides, padding } = node.attributes
  const attributes = { kernel_shape: window, strides, pads: padsOf(padding), group: channelsOf(node, emitter) }
  const [x] = node.inputs
  emitter.setFirst(node, emitter.emit('Conv', [emitter.first(x), ones(x, window, emitter)], attributes, node))
}

const sumPoolGradient: ExportRow<'sumPoolGradient'> = (node, emitter) => {
  expectFloats(node)
  const [g] = node.inputs
  const { window, strides, padding, shape } = node.attributes
  const more = window.map((n, i) => {
    emitter.variants.fixed(node, (each) => each.attributes.shape[i + 1])
    const reached = (g.shape[i + 1] - 1) * strides[i] + n - padding[i][0] - padding[i][1]
    return shape[i + 1] - reached
  })
  const whole = emitter.emit(
    'ConvTranspose',
    [emitter.first(g), ones(g, window, emitter)],
    { strides, pads: padsOf(padding), output_padding: more, group: channelsOf(g, emitter) },
    node,
  )
  emitter.setFirst(node, whole)
}

/** Where the largest elements of windows are, counted through the whole tensor with its channels behind the batch. */
function largestPlaces(x: Node, attributes: WindowAttributes, emitter: Emitter): string {
  return emitter.emitSeveral('MaxPool', [floats(x, emitter).name], windowsOf(attributes), 2, x)[1]
}

const flat = (name: string, emitter: Emitter): string => emitter.emit('Reshape', [name, emitter.ints([-1])])

const maxPoolSelect: ExportRow<'maxPoolSelect'> = (node, emitter) => {
  const [x, t] = node.inputs
  const places = largestPlaces(x, node.attributes, emitter)
  emitter.setFirst(node, emitter.emit('Gather', [flat(emitter.first(t), emitter), places], { axis: 0 }, node))
}

const maxPoolGradient: ExportRow<'maxPoolGradient'> = (node, emitter) => {
  const [x, g] = node.inputs
  const places = flat(largestPlaces(x, node.attributes, emitter), emitter)
  const shape = firstShape(node, emitter)
  const zeros = flat(emitter.emit('Expand', [emitter.scalar(0, node.dtype), emitter.sizes(shape)]), emitter)
  const added = emitter.emit(
    'ScatterElements',
    [zeros, places, flat(emitter.first(g), emitter)],
    { axis: 0, reduction: 'add' },
    node,
  )
  emitter.setFirst(node, reshaped(added, shape, emitter))
}

export const windowRows = {
  conv,
  maxPool,
  maxPoolGradient,
  maxPoolSelect,
  sumPool,
  sumPoolGradient,
} as const satisfies {
  readonly [P in Primitive]?: ExportRow<P>
}

import { range } from '../../core/shape.js'
import * as build from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { rewrite } from '../rewrite.js'

/** So many outputs fill vectors by themselves. */
const MANY_OUTPUTS = 12

/**
 * Convolutions of spread images, which transposed convolutions are, with few outputs: all places between two neighbours of the image
 * see the same of it, each with its own part of the window. They are computed as so many outputs of a convolution of the image itself
 * (Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network", 2016).
 */
export const gatherSpread = (graph: Graph): Graph =>
  rewrite(graph, (node) => (isOp(node, 'conv') ? (gathered(node) ?? node) : node))

/**
 * y[p] = Σ x[q + j] · w[S·j + r] with q = ⌈(p − low) / S⌉ and r = S·q − (p − low), so S − 1 − r numbers the places of one q in their order.
 * Windows that are no multiple of S would have to be filled with zeros, which is not the same where there are infinities.
 */
function gathered(node: Node<'conv'>): Node | undefined {
  const [x, kernel] = node.inputs
  const { strides, padding, inputDilation: steps, kernelDilation, groups } = node.attributes
  const rank = strides.length
  const [channels, outputs] = kernel.shape.slice(rank)
  const isPlain = groups === 1 && strides.every((n) => n === 1) && kernelDilation.every((n) => n === 1)
  const fits = steps.every((step, i) => kernel.shape[i] % step === 0)
  if (!isPlain || !fits || steps.every((n) => n === 1) || outputs >= MANY_OUTPUTS) return undefined
  const axes = range(rank)
  const both = axes.flatMap((i) => [2 * i, 2 * i + 1])
  const [evens, odds] = [both.filter((axis) => axis % 2 === 0), both.filter((axis) => axis % 2 === 1)]

  // [S·J, …, channels, outputs] → [J, …, channels, S backwards, …, outputs]
  const apart = build.reshape(kernel, [
    ...steps.flatMap((step, i) => [kernel.shape[i] / step, step]),
    channels,
    outputs,
  ])
  const backwards = build.slice(
    apart,
    apart.shape.map((n, axis) => (odds.includes(axis) ? n - 1 : 0)),
    apart.shape,
    apart.shape.map((_, axis) => (odds.includes(axis) ? -1 : 1)),
  )
  const moved = build.permute(backwards, [...evens, 2 * rank, ...odds, 2 * rank + 1])
  const parts = steps.reduce((product, step) => product * step, outputs)
  const window = steps.map((step, i) => kernel.shape[i] / step)
  const y = build.conv(x, build.reshape(moved, [...window, channels, parts]), {
    strides,
    padding: padding.map(([low, high], i) => [Math.floor(low / steps[i]), Math.floor(high / steps[i])] as const),
    inputDilation: steps.map(() => 1),
    kernelDilation,
    groups,
  })

  // [batch, Q, …, S, …, outputs] → [batch, Q, S, …, outputs] → [batch, Q·S, …, outputs], from the first place on
  const [batch, places] = [y.shape[0], y.shape.slice(1, -1)]
  const beside = build.reshape(y, [batch, ...places, ...steps, outputs])
  const woven = build.permute(beside, [0, ...axes.flatMap((i) => [1 + i, 1 + rank + i]), 2 * rank + 1])
  const row = build.reshape(woven, [batch, ...places.map((n, i) => n * steps[i]), outputs])
  const starts = padding.map(([low], i) => steps[i] - 1 - (low % steps[i]))
  return build.slice(row, [0, ...starts, 0], node.shape)
}

import { expectFunction, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Callback } from '../callbacks/callback.js'
import type { LayerStatistics } from './statistics.js'

/** Shares of units or outputs that are worth a word. */
const MANY_DEAD = 0.4
const MANY_SATURATED = 0.5
/** Factors between the gradients, or the outputs, of the first and the last layers that are. */
const VANISHING = 1e-3
const EXPLODING = 1e3

/**
 * What statistics of layers say in words, with what usually helps: units that are dead, layers that are saturated, gradients that vanish or
 * explode, parameters that get none. Nothing if all is well.
 *
 * @example
 * const model = nn.sequential(nn.linear(4, 8, { bias: false }), nn.relu(), nn.linear(8, 2))
 * model.layers[0].weight.assign(zeros([4, 8]))
 * const [first] = adviceOn(await layerStatistics(model, nn.meanSquaredError, random.normal([16, 4]), zeros([16, 2])))
 * first.slice(0, 47) // 'layers.0.weight gets a gradient of 0: the loss '
 */
export function adviceOn(layers: readonly LayerStatistics[]): readonly string[] {
  return [...layers.flatMap(onOneLayer), ...onGradients(layers), ...onOutputs(layers)]
}

function onOneLayer(layer: LayerStatistics): string[] {
  const { path, kind, output, dead, nearSignedEnds, nearUnitEnds, parameters } = layer
  const name = `${path} (${kind})`
  if (!Number.isFinite(output.rms)) {
    return [`${name}: its outputs are not finite. Look for log, sqrt and division before it, and at the learning rate.`]
  }
  const said: string[] = []
  if (/relu|rectif/i.test(kind) && dead > MANY_DEAD) {
    said.push(
      `${name}: ${percent(dead)} of its units are 0 for the whole batch, and learn nothing any more. Usual cures: a smaller learning rate, ` +
        'a leaky or smooth rectifier (nn.leakyRelu, nn.gelu), normalization before it.',
    )
  }
  const saturated = /tanh/i.test(kind) ? nearSignedEnds : /sigmoid/i.test(kind) ? nearUnitEnds : 0
  if (saturated > MANY_SATURATED) {
    said.push(
      `${name}: ${percent(saturated)} of its outputs lie where it is flat, so gradients hardly pass. Usual cures: smaller first weights, ` +
        'normalization before it, inputs scaled to about −1 … 1.',
    )
  }
  for (const { name: parameter, gradient } of parameters) {
    if (gradient.largest !== 0) continue
    said.push(
      `${path}.${parameter} gets a gradient of 0: the loss does not depend on it, or all units behind it are dead.`,
    )
  }
  return said
}

/** Gradients of weights from the first layer to the last. */
function onGradients(layers: readonly LayerStatistics[]): string[] {
  const weighted = layers.flatMap(({ path, kind, gradient }) =>
    Number.isFinite(gradient.rms) && gradient.rms > 0 ? [{ path, kind, size: gradient.rms }] : [],
  )
  const [first, last] = [weighted[0], weighted.at(-1)]
  if (first === undefined || last === undefined || first === last) return []
  const factor = first.size / last.size
  const way = `Gradients go from ${size(last.size)} behind ${last.path} (${last.kind}) to ${size(first.size)} behind ${first.path} (${first.kind})`
  if (factor < VANISHING) {
    return [
      `${way}: they vanish, the first layers hardly learn. Usual cures: residual connections, normalization, another activation, first weights fitted to it.`,
    ]
  }
  if (factor > EXPLODING) {
    return [
      `${way}: they explode. Usual cures: clipNorm in the optimizer, normalization, smaller first weights, a smaller learning rate.`,
    ]
  }
  return []
}

function onOutputs(layers: readonly LayerStatistics[]): string[] {
  const [first, ...others] = layers.filter(({ output }) => Number.isFinite(output.rms) && output.rms > 0)
  const largest = others.reduce((most, layer) => (layer.output.rms > most.output.rms ? layer : most), first)
  if (first === undefined || largest.output.rms / first.output.rms < EXPLODING) return []
  return [
    `Outputs grow from ${size(first.output.rms)} of ${first.path} (${first.kind}) to ${size(largest.output.rms)} of ${largest.path} (${largest.kind}). ` +
      'Usual cures: normalization, first weights fitted to the activation (nn.lsuv).',
  ]
}

const percent = (share: number): string => `${Math.round(100 * share)} %`
const size = (value: number): string => value.toPrecision(2)

export interface LayerAdviceOptions {
  /** After so many epochs each; 1. */
  readonly epochs?: number
}

/**
 * Notes after epochs what statistics of the layers say, each thing once.
 *
 * @param measure gives the statistics, of a batch of your choice
 * @throws if an option is out of range
 * @example
 * const watching = (model: nn.Linear, x: Tensor, y: Tensor) =>
 *   layerAdvice(() => layerStatistics(model, nn.meanSquaredError, x, y), { epochs: 5 })
 */
export function layerAdvice(
  measure: () => Promise<readonly LayerStatistics[]>,
  options: LayerAdviceOptions = {},
): Callback {
  expectFunction('layerAdvice', 'what measures', measure)
  checkOptions<LayerAdviceOptions>('layerAdvice', options, { epochs: true })
  const { epochs = 1 } = options
  if (expectInteger('layerAdvice', 'the number of epochs', epochs) < 1) {
    fail(`layerAdvice: epochs is ${epochs}`, 'Give a whole number of at least 1.')
  }
  return {
    name: 'layerAdvice',
    async onEpoch({ epoch }, training) {
      if (epoch % epochs !== 0) return
      for (const text of adviceOn(await measure())) training.note(text)
    },
  }
}

import { quantity } from '../../compiler/explain.js'
import { expectInteger } from '../../core/arguments.js'
import { alignColumns } from '../../core/columns.js'
import type { DType } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { presentAsText } from '../../core/presentation.js'
import { formatShape, type Shape, sizeOf } from '../../core/shape.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { Parameter, type Variable } from '../../tensor/variable.js'
import { Module } from '../module.js'
import type { Call } from './calls.js'
import { type Forwarding, type SummaryInput, traceModel } from './inputs.js'

export interface SummaryOptions {
  /** How many levels of layers within layers have lines of their own; all. What lies deeper counts where it belongs to. */
  readonly depth?: number
}

/** A line of a {@link Summary}. */
export interface LayerSummary {
  /** '' for the model itself */
  readonly path: string
  /** The class. */
  readonly kind: string
  /** The class with sizes and options. */
  readonly title: string
  /** How many layers it lies in. */
  readonly level: number
  /** The shapes of what it gives, for each call; empty if it does not run. */
  readonly outputs: readonly (readonly Shape[])[]
  /** How many numbers its own parameters hold, without those of the layers in it that have lines. */
  readonly parameters: number
  /** Those of them that are trained. */
  readonly trainable: number
  /** How often it multiplies and adds, without the layers in it that have lines. */
  readonly multiplyAdds: number
  /** The bytes of its outputs; nothing where these are the input, or those of a layer in it, in another shape. */
  readonly activationBytes: number
}

/** What a model consists of, for one size of inputs; as text a table. */
export class Summary {
  /** How many numbers the parameters hold, those that are shared once. */
  readonly parameters: number
  /** Those that are trained; the others are frozen. */
  readonly trainable: number
  readonly parameterBytes: number
  /** How often numbers are multiplied and added in products of matrices and convolutions, forward. */
  readonly multiplyAdds: number
  /** The bytes of the outputs of all layers, which a gradient needs. */
  readonly activationBytes: number

  constructor(
    readonly inputs: readonly { readonly shape: Shape; readonly dtype: DType }[],
    /** The model, then its layers in the order of its properties. */
    readonly layers: readonly LayerSummary[],
    parameterBytes: number,
  ) {
    const sum = (of: (layer: LayerSummary) => number): number => layers.reduce((total, layer) => total + of(layer), 0)
    this.parameters = sum(({ parameters }) => parameters)
    this.trainable = sum(({ trainable }) => trainable)
    this.multiplyAdds = sum((layer) => layer.multiplyAdds)
    this.activationBytes = sum((layer) => layer.activationBytes)
    this.parameterBytes = parameterBytes
  }

  /** The table. */
  toString(): string {
    const above: string[] = []
    const rows = this.layers.map(({ path, title, level, outputs, ...layer }) => {
      above.splice(level, above.length, path)
      const outer = level === 0 ? '' : above[level - 1]
      const name = path.slice(outer === '' ? 0 : outer.length + 1)
      return [
        level === 0 ? title : `${'  '.repeat(level)}${name}`,
        level === 0 ? '' : title,
        outputs.length === 0 ? 'does not run' : outputText(outputs),
        countText(layer.parameters),
        countText(layer.multiplyAdds),
        layer.activationBytes === 0 ? '' : bytesText(layer.activationBytes),
      ]
    })
    const header = ['layer', '', 'output', 'parameters', 'multiply-adds', 'memory']
    const table = alignColumns([header, ...rows], new Set([3, 4, 5]))
    const frozen = this.parameters - this.trainable
    const inputs = this.inputs.map(({ dtype, shape }) => `${dtype === 'float32' ? '' : dtype}${formatShape(shape)}`)
    const parts = frozen > 0 ? ` (${text(this.trainable)} trained, ${text(frozen)} frozen)` : ''
    return [
      ...table,
      '',
      `input          ${inputs.join(', ')}`,
      `parameters     ${text(this.parameters)}${parts}, ${bytesText(this.parameterBytes)}`,
      `multiply-adds  ${text(this.multiplyAdds)}`,
      `memory         ${bytesText(this.activationBytes)} of activations`,
    ].join('\n')
  }
}

presentAsText(Summary.prototype)

/**
 * The layers of a model with what they give, hold and cost for inputs of a size. Nothing is computed: the graph is made for inputs
 * without values, in evaluation mode, and looked at. Multiply-adds are those of products of matrices and convolutions.
 *
 * @param inputs a shape, with the batch: `[null, 28, 28, 1]`, in which null counts as 1; `{ shape, dtype }`, for instance for tokens; a
 *   tensor; or a list of these for a model of several inputs
 * @throws if the model does not take such inputs
 * @example
 * const lenet = sequential(conv2d(1, 6, 5), relu(), maxPool2d(2), flatten(), linear(864, 10))
 * console.log(String(summary(lenet, [null, 28, 28, 1])))
 * summary(lenet, [null, 28, 28, 1]).parameters // 8806
 */
export function summary(
  model: Forwarding,
  inputs: SummaryInput | readonly SummaryInput[],
  options: SummaryOptions = {},
): Summary {
  checkOptions('summary', options, { depth: true })
  const { depth = Number.POSITIVE_INFINITY } = options
  if (options.depth !== undefined && expectInteger('summary', 'the depth', depth) < 0) {
    fail(`summary: a depth of ${depth}`, 'Give 0 for the model alone, 1 for the layers directly in it …')
  }
  const { inputs: placeholders, calls } = traceModel('summary', model, inputs)
  return new Summary(placeholders, lines(model, calls, depth), parameterBytes(model))
}

/** The model and its layers that have lines of their own, with what belongs to each. */
function lines(model: Module, calls: readonly Call[], depth: number): LayerSummary[] {
  const modules = model.modules()
  const paths = new Map([...modules].map(([path, module]) => [module, path]))
  const shown = new Map<string, number>([['', 0]])
  for (const [path, module] of modules) {
    if (path === '' || !('forward' in module)) continue
    const level = (shown.get(lineOf(path, shown)) ?? 0) + 1
    if (level <= depth) shown.set(path, level)
  }
  const trained = new Set<Variable>(model.parameters())
  const parameters = [...model.namedParameters()].map(([path, parameter]) => ({
    line: lineOf(path, shown),
    count: sizeOf(parameter.shape),
    isTrained: trained.has(parameter),
  }))
  const named = calls.map((call) => {
    const path = paths.get(call.module) ?? ''
    return { ...call, path, line: lineOf(path, shown) }
  })
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
  return [...shown].map(([path, level]) => {
    const module = modules.get(path) as Module
    const own = parameters.filter(({ line }) => line === path)
    const within = named.filter(({ line }) => line === path)
    return {
      path,
      kind: module.constructor.name,
      title: Module.titleOf(module),
      level,
      outputs: within.filter((call) => call.path === path).map(({ outputs }) => outputs.map(({ shape }) => shape)),
      parameters: sum(own.map(({ count }) => count)),
      trainable: sum(own.map(({ count, isTrained }) => (isTrained ? count : 0))),
      multiplyAdds: sum(within.map((call) => call.multiplyAdds)),
      activationBytes: sum(within.map(({ outputBytes }) => outputBytes)),
    }
  })
}

/** The innermost of some paths that another one is, or lies in. */
function lineOf(path: string, shown: ReadonlyMap<string, unknown>): string {
  let at = path
  while (at !== '' && !shown.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('.')))
  return at
}

const parameterBytes = (model: Module): number =>
  [...model.variables().values()].reduce((sum, one) => (one instanceof Parameter ? sum + bytesOf(one) : sum), 0)

const bytesText = (bytes: number): string => quantity(bytes, 'B')
const text = (count: number): string => count.toLocaleString('en-US')
const countText = (count: number): string => (count === 0 ? '' : text(count))

function outputText(outputs: readonly (readonly Shape[])[]): string {
  const shapes = outputs[0].map(formatShape).join(', ')
  return outputs.length === 1 ? shapes : `${shapes} × ${outputs.length}`
}

import { range } from '../../core/shape.js'
import { CrossAttention } from '../../nn/layers/attention/cross.js'
import { MultiHeadAttention } from '../../nn/layers/attention/multi-head.js'
import { Sequential } from '../../nn/layers/combination/sequential.js'
import { Convolution } from '../../nn/layers/convolution/convolution.js'
import { ConvTranspose } from '../../nn/layers/convolution/transposed.js'
import { Flatten } from '../../nn/layers/flatten.js'
import { Bilinear } from '../../nn/layers/linear/bilinear.js'
import { Linear } from '../../nn/layers/linear/linear.js'
import { BatchNorm } from '../../nn/layers/normalization/batch.js'
import { Recurrent } from '../../nn/layers/recurrent/recurrent.js'
import { TransformerDecoder, TransformerDecoderBlock } from '../../nn/layers/transformer/decoder.js'
import { TransformerEncoder, TransformerEncoderBlock } from '../../nn/layers/transformer/encoder.js'
import type { Module } from '../../nn/module.js'
import type { ShapeFunction } from '../../tensor/types/index.js'
import type { Variable } from '../../tensor/variable.js'
import type { Layout } from '../weights/layout.js'
import type { WeightRule } from '../weights/load.js'

/** The channels of pictures that a linear layer takes flattened, by its path; false where it takes none. */
export type Flattened = Readonly<Record<string, number | false>>

/** A linear layer of which nobody knows whether it takes flattened pictures. */
export interface Doubtful {
  readonly path: string
  readonly channels: number
}

interface Named extends Partial<Layout> {
  readonly variable: Variable
  readonly name: string
  readonly change?: string
}

/** What PyTorch calls the parts of a model, and in which layout it has their variables. */
export class PyTorchNames {
  readonly rules: WeightRule[] = []
  readonly doubtful: Doubtful[] = []
  readonly #names: readonly string[]
  readonly #flattened: Flattened
  readonly #paths: ReadonlyMap<Variable, string>
  readonly #modules: ReadonlyMap<Module, string>
  /** Of the pictures that the last layer gave. */
  #channels: number | undefined
  #isFlat = false

  /** @param names in the file, to find out which of several spellings is used */
  constructor(model: Module, names: readonly string[], flattened: Flattened) {
    this.#names = names
    this.#flattened = flattened
    this.#paths = new Map([...model.variables()].map(([path, variable]) => [variable, path]))
    this.#modules = new Map([...model.modules()].map(([path, module]) => [module, path]))
    this.#visit(model, '')
  }

  #visit(module: Module, prefix: string): void {
    const at = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`)
    if (module instanceof Sequential) {
      const layers: readonly unknown[] = module.layers
      for (const [i, layer] of layers.entries()) if (this.#isModule(layer)) this.#visit(layer, at(String(i)))
    } else if (module instanceof Linear) this.#linear(module, at)
    else if (module instanceof Convolution) this.#convolution(module, at)
    else if (module instanceof BatchNorm) this.#batchNorm(module, at)
    else if (module instanceof Recurrent) this.#recurrent(module, at)
    else if (module instanceof Bilinear) {
      const [first, second, outputs] = module.weight.shape
      const shape = [outputs, first, second]
      this.#add({ variable: module.weight, name: at('weight'), shape, axes: [1, 2, 0], change: 'outputs last' })
      this.#optional(module.bias, at('bias'))
    } else if (module instanceof MultiHeadAttention) {
      this.#transposed(module.projection.weight, at('in_proj_weight'))
      this.#optional(module.projection.bias, at('in_proj_bias'))
      this.#visit(module.output, at('out_proj'))
    } else if (module instanceof CrossAttention) this.#crossAttention(module, at)
    else if (module instanceof TransformerEncoderBlock) {
      this.#visit(module.attention.inner, at('self_attn'))
      this.#feedForward(module, at)
      this.#visit(module.attention.norm, at('norm1'))
      this.#visit(module.feedForward.norm, at('norm2'))
    } else if (module instanceof TransformerDecoderBlock) {
      this.#visit(module.attention.inner, at('self_attn'))
      this.#visit(module.crossAttention.inner, at('multihead_attn'))
      this.#feedForward(module, at)
      this.#visit(module.attention.norm, at('norm1'))
      this.#visit(module.crossAttention.norm, at('norm2'))
      this.#visit(module.feedForward.norm, at('norm3'))
    } else if (module instanceof TransformerEncoder || module instanceof TransformerDecoder) {
      module.blocks.forEach((block, i) => {
        this.#visit(block, at(`layers.${i}`))
      })
      if (module.norm !== undefined) this.#visit(module.norm, at('norm'))
    } else {
      if (module instanceof Flatten) this.#isFlat = true
      this.#others(module, prefix)
    }
  }

  /** A module of the user, or one whose names are the same: its own variables, and the modules in it. */
  #others(module: Module, prefix: string): void {
    const own = this.#modules.get(module) ?? ''
    const within = (path: string): string => (own === '' ? path : path.slice(own.length + 1))
    const spelled = (path: string): string => this.#spelling(prefix, path)
    const children = [...module.children()]
    const inside = new Set(children.flatMap(([, child]) => [...child.variables().values()]))
    for (const variable of module.variables().values()) {
      if (inside.has(variable)) continue
      this.#add({ variable, name: spelled(within(this.#paths.get(variable) ?? '')) })
    }
    for (const [, child] of children) this.#visit(child, spelled(within(this.#modules.get(child) ?? '')))
  }

  /** As it is, or as Python's names are spelled, whichever the file has. */
  #spelling(prefix: string, path: string): string {
    const at = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`)
    const snake = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    const has = (name: string): boolean => this.#names.some((each) => each === name || each.startsWith(`${name}.`))
    return !has(at(path)) && has(at(snake)) ? at(snake) : at(path)
  }

  #linear(layer: Linear, at: (name: string) => string): void {
    const path = this.#modules.get(layer) ?? ''
    const channels = this.#channelsOf(layer, path)
    const [inputs, outputs] = layer.weight.shape
    if (channels === undefined) this.#transposed(layer.weight, at('weight'))
    else {
      const apart = [outputs, channels, inputs / channels]
      const change = `transposed, pictures of ${channels} channels flattened with these last`
      this.#add({
        variable: layer.weight,
        name: at('weight'),
        shape: [outputs, inputs],
        apart,
        axes: [2, 1, 0],
        change,
      })
    }
    this.#optional(layer.bias, at('bias'))
    this.#isFlat = false
    this.#channels = undefined
  }

  /** The channels of the flattened pictures that a layer takes: PyTorch flattens them channel by channel. */
  #channelsOf(layer: Linear, path: string): number | undefined {
    const { inputs } = layer
    const said = Object.hasOwn(this.#flattened, path) ? this.#flattened[path] : undefined
    if (said !== undefined) return said === false ? undefined : said
    const channels = this.#channels
    if (channels === undefined || channels === 1 || inputs === channels || inputs % channels !== 0) return undefined
    if (!this.#isFlat) this.doubtful.push({ path, channels })
    return channels
  }

  #convolution(layer: Convolution<ShapeFunction>, at: (name: string) => string): void {
    const { weight, bias, inChannels, outChannels } = layer
    const window = weight.shape.slice(0, -2)
    const axes = range(window.length)
    const [perGroup] = weight.shape.slice(-2)
    const variable: Variable = weight
    const name = at('weight')
    if (layer instanceof ConvTranspose) {
      const groups = inChannels / perGroup
      const shape = [inChannels, outChannels / groups, ...window]
      const apart = [groups, perGroup, outChannels / groups, ...window]
      this.#add({ variable, name, shape, apart, axes: [...axes.map((i) => i + 3), 1, 0, 2], change: 'channels last' })
    } else {
      const shape = [outChannels, perGroup, ...window]
      this.#add({ variable, name, shape, axes: [...axes.map((i) => i + 2), 1, 0], change: 'channels last' })
    }
    this.#optional(bias, at('bias'))
    this.#channels = outChannels
    this.#isFlat = false
  }

  #batchNorm(layer: BatchNorm<ShapeFunction>, at: (name: string) => string): void {
    this.#optional(layer.weight, at('weight'))
    this.#optional(layer.bias, at('bias'))
    this.#optional(layer.runningMean, at('running_mean'))
    this.#optional(layer.runningVariance, at('running_var'))
  }

  #recurrent(layer: Pick<Recurrent<'lstm'>, 'cells' | 'bidirectional'>, at: (name: string) => string): void {
    const directions = layer.bidirectional ? 2 : 1
    layer.cells.forEach((cell, i) => {
      const end = `_l${Math.floor(i / directions)}${i % directions === 1 ? '_reverse' : ''}`
      this.#transposed(cell.inputWeight, at(`weight_ih${end}`))
      this.#transposed(cell.stateWeight, at(`weight_hh${end}`))
      this.#optional(cell.inputBias, at(`bias_ih${end}`))
      this.#optional(cell.stateBias, at(`bias_hh${end}`))
    })
  }

  /** PyTorch has the projections of queries, keys and values in one, ours has the first apart. */
  #crossAttention(attention: CrossAttention, at: (name: string) => string): void {
    const { query, keyValue, output, width } = attention
    const others = keyValue.weight.shape[1]
    const change = 'transposed, a part'
    for (const [part, rows] of [
      [query, [0, width]],
      [keyValue, [width, width + others]],
    ] as const) {
      const name = at('in_proj_weight')
      this.#add({ variable: part.weight, name, shape: [width + others, part.inputs], rows, axes: [1, 0], change })
      if (part.bias === undefined) continue
      this.#add({ variable: part.bias, name: at('in_proj_bias'), shape: [width + others], rows, change: 'a part' })
    }
    this.#visit(output, at('out_proj'))
  }

  #feedForward({ feedForward }: TransformerEncoderBlock | TransformerDecoderBlock, at: (name: string) => string): void {
    this.#visit(feedForward.inner.inner, at('linear1'))
    this.#visit(feedForward.inner.outer, at('linear2'))
  }

  #transposed(variable: Variable, name: string): void {
    this.#add({ variable, name, shape: [...variable.shape].reverse(), axes: [1, 0], change: 'transposed' })
  }

  #optional(variable: Variable | undefined, name: string): void {
    if (variable !== undefined) this.#add({ variable, name })
  }

  #add({ variable, shape = variable.shape, ...rest }: Named): void {
    const path = this.#paths.get(variable)
    if (path !== undefined) this.rules.push({ ...rest, path, shape })
  }

  #isModule(layer: unknown): layer is Module {
    return this.#modules.has(layer as Module)
  }
}

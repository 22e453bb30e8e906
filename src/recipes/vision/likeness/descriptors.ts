import { concat, type Tensor } from 'shapewise'
import { dataset, floatColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import type { PairWhitening } from 'shapewise/projections'
import { type Model, predict } from 'shapewise/train'
import type { PretrainedSqueezenet, SqueezenetLayer } from '../squeezenet.js'
import { type Collection, together } from './collections.js'

/** Pixels of the pictures that SqueezeNet sees. */
const SEEN = 64

/** What makes a vector of each map: [batch, places, places, channels] → [batch, features]. */
export type Pooling = nn.Module & { forward(maps: Tensor): Tensor }

/**
 * The mean over places with weights that are learned: the softmax of a score of what each place shows, however strongly.
 * (Noh et al., "Large-scale image retrieval with attentive deep local features", 2017, weigh places by such scores.)
 */
export class AttentionPool extends nn.Module {
  readonly score: nn.Layer

  constructor(channels: number) {
    super()
    this.score = nn.linear(channels, 1, { initializer: nn.initializers.zeros() }) as nn.Layer
  }

  forward(maps: Tensor): Tensor {
    const places = maps.flatten(1, 2) as Tensor
    return (this.score.forward(places.normalize() as Tensor) as Tensor).softmax(1).mul(places).sum(1) as Tensor
  }
}

/** The generalised mean of each quarter, one after the other; of an odd number of places the middle ones are in both halves. */
export class QuarterPool extends nn.Module {
  readonly mean = nn.gemPool()

  forward(maps: Tensor): Tensor {
    const halves = (length: number) => [[0, Math.ceil(length / 2)] as const, [Math.floor(length / 2), length] as const]
    const [, height = 0, width = 0] = maps.shape as readonly number[]
    const quarters = halves(height).flatMap((rows) =>
      halves(width).map((columns) => this.mean.forward(maps.slice(':', rows, columns)) as Tensor),
    )
    return concat(quarters, -1) as Tensor
  }
}

/** Pictures as vectors of what SqueezeNet sees in them: [batch, side, side, 1 or 3] → [batch, features], of length 1 for each layer and pooling. */
export class Descriptor extends nn.Module {
  readonly model: nn.Module
  readonly #network: PretrainedSqueezenet
  readonly #enlarge = nn.resize2d(SEEN)

  constructor(
    network: PretrainedSqueezenet,
    readonly layers: readonly SqueezenetLayer[],
    readonly poolings: readonly Pooling[],
  ) {
    super()
    this.model = network.model
    this.#network = network
  }

  forward(pictures: Tensor): Tensor {
    // Ink of one channel is black on white.
    const colours =
      pictures.shape.at(-1) === 1 ? (concat([pictures, pictures, pictures], -1).neg().add(1) as Tensor) : pictures
    const maps = this.#network.layers(this.#enlarge.forward(colours).clip(0, 1) as Tensor, this.layers)
    return concat(
      maps.flatMap((map) => this.poolings.map((pooling) => pooling.forward(map).normalize() as Tensor)),
      -1,
    ) as Tensor
  }
}

/** A whitening as the layer that does the same, to be trained further. */
export function whiteningLayer({ mean, axes }: PairWhitening): nn.Layer {
  const [inputs, outputs] = [mean.length, axes.length]
  const weight = Float32Array.from(
    { length: inputs * outputs },
    (_, at) => axes[at % outputs]![Math.floor(at / outputs)]!,
  )
  const bias = Float32Array.from(axes, (axis) => -axis.reduce((sum, value, j) => sum + value * mean[j]!, 0))
  const layer = nn.linear(inputs, outputs) as nn.Layer
  layer.loadState({
    weight: { dtype: 'float32', shape: [inputs, outputs], data: weight },
    bias: { dtype: 'float32', shape: [outputs], data: bias },
  })
  return layer
}

/** The vectors of a collection, [pictures, features]: of what is shown, and of the first and second of all pairs. */
export interface Described {
  readonly shown: Tensor
  readonly pairs: readonly [Tensor, Tensor]
}

/** What a model makes of all pictures of a collection. */
export async function described(model: Model, { side, channels, shown, pairs }: Collection): Promise<Described> {
  const vectors = (pictures: readonly Float32Array[]) => {
    const inputs = floatColumn(together(pictures), [side, side, channels])
    return predict(model, dataset({ inputs }) as never) as Promise<Tensor>
  }
  return {
    shown: await vectors(shown.map(({ picture }) => picture)),
    pairs: [await vectors(pairs.map(([one]) => one)), await vectors(pairs.map(([, other]) => other))],
  }
}

/** Some of the features. */
export function features({ shown, pairs }: Described, from: number, to: number): Described {
  const part = (vectors: Tensor) => vectors.slice(':', [from, to]) as Tensor
  return { shown: part(shown), pairs: [part(pairs[0]), part(pairs[1])] }
}

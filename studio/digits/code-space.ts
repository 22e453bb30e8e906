import { compile, seed, type Tensor, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay } from 'shapewise/optim'
import { type Digits, picturesAt } from './reader'
import { PIXELS } from './shapes'

type Rows = Tensor<[number, number]>

const BATCH = 64
/** The share of places that may lie beyond each side of the map. */
const OUTSIDE = 0.02

/** An autoencoder that has two numbers for a digit: a map to walk in (Hinton and Salakhutdinov, 2006). */
export class CodeSpace {
  readonly #encoder
  readonly #decoder
  readonly #step
  readonly #encode
  readonly #decode
  #sides: readonly { readonly middle: number; readonly half: number }[] = []

  constructor(steps: number) {
    seed(2)
    const encoder = nn.sequential(nn.linear(PIXELS, 128), nn.elu(), nn.linear(128, 32), nn.elu(), nn.linear(32, 2))
    const decoder = nn.sequential(nn.linear(2, 32), nn.elu(), nn.linear(32, 128), nn.elu(), nn.linear(128, PIXELS))
    this.#encoder = encoder
    this.#decoder = decoder
    const optimizer = adam([...encoder.parameters(), ...decoder.parameters()], {
      learningRate: cosineDecay(3e-3, { steps }),
    })
    this.#step = compile((x: Rows) => {
      const loss = nn.binaryCrossEntropy(decoder.forward(encoder.forward(x) as Rows) as Rows, x)
      optimizer.minimize(loss)
      return loss
    })
    this.#encode = compile((x: Rows) => encoder.forward(x) as Rows)
    this.#decode = compile((codes: Rows) => (decoder.forward(codes) as Rows).sigmoid())
  }

  /** Learns from digits for so many passes. */
  async train(
    { pictures, labels }: Digits,
    epochs: number,
    onStep: (share: number, loss: number) => Promise<void>,
  ): Promise<void> {
    const order = Int32Array.from(labels, (_, i) => i)
    const random = new RandomStream(8)
    const steps = Math.floor(order.length / BATCH)
    for (let epoch = 0; epoch < epochs; epoch++) {
      random.shuffle(order)
      for (let i = 0; i < steps; i++) {
        const batch = picturesAt(pictures, order.subarray(i * BATCH, (i + 1) * BATCH))
        const loss = this.#step(tensor(batch, [BATCH, PIXELS]))
        await onStep((epoch * steps + i + 1) / (epochs * steps), await loss.item())
      }
    }
  }

  /** The places of pictures on a map whose sides, from −1 to 1, hold nearly all of them. */
  async map(pictures: Float32Array): Promise<Float32Array> {
    const codes = await this.#encode(tensor(pictures, [pictures.length / PIXELS, PIXELS])).data()
    this.#sides = [0, 1].map((axis) => {
      const sorted = Float32Array.from({ length: codes.length / 2 }, (_, i) => Number(codes[2 * i + axis])).sort()
      const [low, high] = [OUTSIDE, 1 - OUTSIDE].map((share) => sorted[Math.floor(share * (sorted.length - 1))]!)
      return { middle: (high! + low!) / 2, half: (high! - low!) / 2 || 1 }
    })
    return Float32Array.from(codes, (code, i) => (code - this.#sides[i % 2]!.middle) / this.#sides[i % 2]!.half)
  }

  /** The pictures of places on the map. */
  async decode(places: Float32Array): Promise<Float32Array> {
    const codes = places.map((place, i) => place * this.#sides[i % 2]!.half + this.#sides[i % 2]!.middle)
    return Float32Array.from(await this.#decode(tensor(codes, [places.length / 2, 2])).data())
  }

  async state(): Promise<{ readonly encoder: nn.State; readonly decoder: nn.State }> {
    return { encoder: await this.#encoder.state(), decoder: await this.#decoder.state() }
  }

  loadState({ encoder, decoder }: { readonly encoder: nn.State; readonly decoder: nn.State }): void {
    this.#encoder.loadState(encoder)
    this.#decoder.loadState(decoder)
  }
}

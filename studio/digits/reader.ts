import { compile, grad, seed, type Tensor, tensor } from 'shapewise'
import { generateDigits, RandomStream } from 'shapewise/data'
import { lenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay } from 'shapewise/optim'
import { linksBetween, type Traced } from './evidence'
import { type Links, PIXELS, type Reading, type Seen, SIDE } from './shapes'

type Values = Tensor<[number, number, number, number]>
type Logits = Tensor<[number, number]>

const BATCH = 64
/** Pictures kept to measure on. */
const KEPT = 1000

/** Handwritten digits by the generator that the library carries: pictures from 0 (paper) to 1 (ink). */
export interface Digits {
  readonly pictures: Float32Array
  readonly labels: Int32Array
}

export function makeDigits(count: number, start = 1): Digits {
  const { images, labels } = generateDigits({ count, seed: start })
  return { pictures: Float32Array.from(images, (value) => value / 255), labels: Int32Array.from(labels) }
}

/** The pictures of some examples, one after the other. */
export function picturesAt(pictures: Float32Array, chosen: Int32Array): Float32Array {
  const batch = new Float32Array(chosen.length * PIXELS)
  for (const [i, example] of chosen.entries()) {
    batch.set(pictures.subarray(example * PIXELS, (example + 1) * PIXELS), i * PIXELS)
  }
  return batch
}

/** What the layers of LeNet-5 that are shown are called in its paper, and which link of the chain each is. */
const STAGES = [
  { name: 'C1', title: '6 maps of 5 × 5 filters', link: 1 },
  { name: 'S2', title: 'their largest values', link: 2 },
  { name: 'C3', title: '16 maps', link: 4 },
  { name: 'S4', title: 'their largest values', link: 5 },
  { name: 'C5', title: '120 neurons', link: 8 },
  { name: 'F6', title: '84 neurons', link: 10 },
] as const

/** A LeNet-5 that learns digits, reads them, and shows what it sees. */
export class Reader {
  readonly #model
  readonly #optimizer
  readonly #step
  readonly #look
  readonly #follow
  readonly #slope
  readonly #test = makeDigits(KEPT, 99)

  constructor(steps = 1) {
    seed(1)
    const model = lenet()
    this.#model = model
    this.#optimizer = adam(model, { learningRate: cosineDecay(3e-3, { steps }) })
    this.#step = compile((x: Values, labels: Tensor<[number]>) => {
      const loss = nn.crossEntropy(model.forward(x) as Logits, labels)
      this.#optimizer.minimize(loss)
      return loss
    })
    const links = model.layers as readonly { forward(x: Tensor): Tensor }[]
    const run = (x: Tensor, from: number, to: number): Tensor =>
      links.slice(from, to).reduce((value, link) => link.forward(value), x)
    const see = (x: Values) => {
      const logits = run(x, 0, links.length) as Logits
      // What speaks for the answer against the other nine: its logit beside their mean.
      const lead = (outputs: Logits): Tensor<[]> => outputs.max(1).sub(outputs.mean(1)).sum() as Tensor<[]>
      const traced = (link: number): Traced & { readonly link: number } => {
        const values = link < 0 ? x : run(x, 0, link + 1)
        const slope = grad((given: Tensor) => lead(run(given, link + 1, links.length) as Logits))(values)
        return { link, values, slope }
      }
      const answer = { link: links.length - 1, values: logits, slope: grad(lead)(logits) }
      return { logits, layers: [traced(-1), ...STAGES.map(({ link }) => traced(link)), answer] }
    }
    this.#look = compile((x: Values) => {
      const { logits, layers } = see(x)
      return {
        probabilities: logits.softmax(1),
        layers: layers.map(({ values, slope }) => ({ values, evidence: values.mul(slope) })),
      }
    })
    // Ten times the work of a look: for those who want to see it.
    this.#follow = compile((x: Values) => {
      const { layers } = see(x)
      return layers
        .slice(1)
        .map((to, i) => linksBetween(layers[i]!, to, (given) => run(given, layers[i]!.link + 1, to.link + 1)))
    })
    this.#slope = compile((x: Values, label: Tensor<[]>, other: Tensor<[]>) => {
      const margin = (given: Values): Tensor<[]> => {
        const logits = (model.forward(given) as Logits).reshape([10])
        return logits.take(other).sub(logits.take(label)) as Tensor<[]>
      }
      return { margin: margin(x), slope: grad(margin)(x) }
    })
  }

  /**
   * Learns from so many digits, once through.
   *
   * @param onStep is told the share that is done and the loss; awaited, so that others have their turn
   */
  async train({ pictures, labels }: Digits, onStep: (share: number, loss: number) => Promise<void>): Promise<void> {
    const order = Int32Array.from(labels, (_, i) => i)
    new RandomStream(7).shuffle(order)
    this.#model.train()
    for (let at = 0; at + BATCH <= order.length; at += BATCH) {
      const chosen = order.subarray(at, at + BATCH)
      const loss = this.#step(
        pictureTensor(picturesAt(pictures, chosen)),
        tensor(
          Int32Array.from(chosen, (example) => labels[example]!),
          [BATCH],
        ),
      )
      await onStep((at + BATCH) / order.length, await loss.item())
    }
  }

  /** The share of unseen digits that is read right. */
  async accuracy(): Promise<number> {
    this.#model.eval()
    const { pictures, labels } = this.#test
    const found = (this.#model.forward(pictureTensor(pictures)) as Logits).argMax(1)
    return found
      .equal(tensor(labels, [labels.length]))
      .cast('float32')
      .mean()
      .item()
  }

  /**
   * Reads one picture.
   *
   * @param isFollowed whether the evidence is followed from map to map
   */
  async read(picture: Float32Array, isFollowed = false): Promise<Reading> {
    this.#model.eval()
    const { probabilities, layers } = this.#look(pictureTensor(picture))
    const links = isFollowed ? this.#follow(pictureTensor(picture)) : []
    const [input, ...rest] = layers as [(typeof layers)[number], ...typeof layers]
    const answers = rest.pop()!
    const seen = rest.map(async ({ values, evidence }, i): Promise<Seen> => {
      const { name, title } = STAGES[i]!
      const [, ...shape] = values.shape as readonly number[]
      const [height = 1, width = 1, maps = 1] = shape.length === 3 ? shape : [1, 1, shape[0]!]
      const [all, parts] = await Promise.all([values.data(), evidence.data()])
      return { name, title, width, height, maps, values: mapByMap(all, maps), evidence: sums(parts, maps) }
    })
    const followed = links.map(async (found): Promise<Links> => {
      return { maps: found.shape[1]!, values: Float32Array.from(await found.data()) }
    })
    return {
      probabilities: Float32Array.from(await probabilities.data()),
      evidence: Float32Array.from(await input.evidence.data()),
      stages: await Promise.all(seen),
      answers: Float32Array.from(await answers.evidence.data()),
      links: await Promise.all(followed),
    }
  }

  /** The filters of the first layer, [6, 5 × 5]. */
  async filters(): Promise<Float32Array> {
    const [first] = this.#model.layers
    return mapByMap(await first.weight.value.data(), 6)
  }

  /**
   * The smallest change, nearly, after which a picture is read as something else: steps along the gradient to the nearest boundary with each
   * other class, as if it were straight (DeepFool; Moosavi-Dezfooli, Fawzi and Frossard, 2016), within the range of a picture.
   *
   * @returns the changed picture and what it is read as; undefined if none is found
   */
  async fool(picture: Float32Array): Promise<{ readonly picture: Float32Array; readonly digit: number } | undefined> {
    this.#model.eval()
    const label = largest((await this.read(picture)).probabilities)
    let best: { readonly picture: Float32Array; readonly digit: number; readonly size: number } | undefined
    for (let other = 0; other < 10; other++) {
      if (other === label) continue
      const changed = await this.#towards(picture, label, other)
      if (changed === undefined) continue
      const size = Math.hypot(...changed.map((value, i) => value - picture[i]!))
      if (best === undefined || size < best.size) best = { picture: changed, digit: other, size }
    }
    return best
  }

  async #towards(picture: Float32Array, label: number, other: number): Promise<Float32Array | undefined> {
    const changed = Float32Array.from(picture)
    const [from, to] = [label, other].map((digit) => tensor(Int32Array.of(digit), []))
    for (let i = 0; i < 30; i++) {
      const { margin, slope } = this.#slope(pictureTensor(changed), from as Tensor<[]>, to as Tensor<[]>)
      const [value, slopes] = [await margin.item(), Float32Array.from(await slope.data())]
      if (value > 0) {
        const { probabilities } = await this.read(changed)
        return largest(probabilities) === other ? changed : undefined
      }
      const length = slopes.reduce((sum, each) => sum + each * each, 0)
      if (length === 0) return undefined
      // A little beyond the boundary.
      const share = (-value * 1.05 + 1e-3) / length
      for (let k = 0; k < PIXELS; k++) changed[k] = Math.max(0, Math.min(1, changed[k]! + share * slopes[k]!))
    }
    return undefined
  }

  async state(): Promise<nn.State> {
    return this.#model.state()
  }

  loadState(state: nn.State): void {
    this.#model.loadState(state)
  }
}

export const pictureTensor = (values: Float32Array): Values => tensor(values, [values.length / PIXELS, SIDE, SIDE, 1])

const largest = (values: ArrayLike<number>): number => {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** [places, maps] as one map after the other. */
function mapByMap(values: ArrayLike<number>, maps: number): Float32Array {
  const places = values.length / maps
  return Float32Array.from({ length: values.length }, (_, i) => values[(i % places) * maps + Math.floor(i / places)]!)
}

/** The sum of each map of [places, maps]. */
function sums(values: ArrayLike<number>, maps: number): Float32Array {
  const result = new Float32Array(maps)
  for (let i = 0; i < values.length; i++) result[i % maps]! += values[i]!
  return result
}

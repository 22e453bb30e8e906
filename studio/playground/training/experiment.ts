import { type Tensor, tensor, type Variable } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { EXTENT, GRID, type Points } from '../data/plane'
import { makePoints } from '../data/points'
import { DATA_SETTINGS, type Settings, SHUFFLES, SPLITS } from '../settings/settings'
import { type At, explainFailure, type Finding, obstacle } from './failure'
import { keepWeights } from './keep-weights'
import { type Examples, type Machine, makeMachine } from './machine'

/** How well the network does on some of the points. */
export interface Score {
  readonly loss: number
  /** The share of right classes; of no use for values. */
  readonly accuracy: number
}

/** What leads into the neurons of a layer: weights [from, to], and how the loss over all training points changes with them. */
export interface Link {
  readonly from: number
  readonly to: number
  readonly weights: Float32Array
  readonly gradients: Float32Array
  readonly biases: Float32Array
  readonly biasGradients: Float32Array
}

/** What there is to see at one moment. */
export interface Frame {
  readonly step: number
  readonly epoch: number
  readonly train: Score
  readonly test: Score
  /** For each layer, features first: its neurons one after the other, each GRID × GRID values, rows from top to bottom. */
  readonly maps: readonly Float32Array[]
  /** For each layer but the features. */
  readonly links: readonly Link[]
  /** Steps that {@link Experiment.frame} can go back to. */
  readonly moments: readonly number[]
  /** Why the training has stopped, if it has. */
  readonly problem: Finding | undefined
}

/** The weights at one step, and what they belong to. */
interface Moment {
  readonly step: number
  readonly machine: Machine
  readonly values: nn.ValuesByPath
}

/** With more moments than this, every other is forgotten. */
const MOMENTS = 300

/** A network that learns points of the plane: what the page shows and steers. */
export class Experiment {
  #settings: Settings
  #points: Points
  #machine: Machine
  #train: Examples
  #test: Examples
  /** The places of the training points in the data, in the order of this epoch. */
  #order: Int32Array
  #trained: readonly number[]
  #next = 0
  #steps = 0
  #epochs = 0
  #shuffle: RandomStream
  #moments: Moment[] = []
  #interval = 1
  #problem: Finding | undefined

  constructor(settings: Settings) {
    this.#settings = settings
    this.#points = makePoints(settings)
    this.#machine = makeMachine(settings, this.#points)
    this.#shuffle = new RandomStream(settings.seed, SHUFFLES)
    ;({ trained: this.#trained, train: this.#train, test: this.#test } = split(settings, this.#points))
    this.#order = Int32Array.from(this.#trained)
    this.#problem = obstacle(settings, this.#trained.length)
    this.#keepMoment()
  }

  get settings(): Settings {
    return this.#settings
  }

  get points(): Points {
    return this.#points
  }

  /** Which of the points are learned from; the network is tested on the others. */
  get trained(): readonly number[] {
    return this.#trained
  }

  /** So many steps of training, or fewer if the loss is no number any more. */
  async train(steps: number): Promise<void> {
    if (this.#problem !== undefined || this.#trained.length === 0) return
    const machine = this.#machine
    machine.network.train()
    let loss: Tensor<[]> | undefined
    const trail: At[] = [{ step: this.#steps, values: machine.values() }]
    for (let i = 0; i < steps; i++) {
      const batch = this.#batch()
      loss = machine.step(batch.places, batch.targets)
      this.#steps++
      trail.push({ step: this.#steps, values: machine.values() })
      if (this.#steps % this.#interval === 0) this.#keepMoment()
    }
    if (loss === undefined || Number.isFinite(await loss.item())) return
    const { finding, last } = await explainFailure(this.#settings, machine, trail, this.#train)
    this.#problem = finding
    if (last === undefined) return
    // What there is to see is the last moment at which there was something.
    nn.assignValues(machine.network, last.values)
    this.#steps = last.step
    this.#moments = this.#moments.filter(({ step }) => step <= last.step)
  }

  /**
   * Takes other settings without starting again: weights that still have a place stay.
   * Other points or another seed take effect at once as well.
   */
  async change(settings: Settings): Promise<void> {
    const [old, before] = [this.#machine, this.#points]
    const isOther = needsMachine(this.#settings, settings)
    this.#settings = settings
    this.#points = makePoints(settings)
    ;({ trained: this.#trained, train: this.#train, test: this.#test } = split(settings, this.#points))
    this.#order = Int32Array.from(this.#trained)
    this.#next = 0
    this.#problem = obstacle(settings, this.#trained.length)
    if (isOther || before.kind !== this.#points.kind || before.classes !== this.#points.classes) {
      this.#machine = makeMachine(settings, this.#points)
      const isSame = await keepWeights(old.network, this.#machine.network)
      if (isSame && old.optimizer.constructor === this.#machine.optimizer.constructor) {
        // Another rule has other slots; then it starts afresh.
        try {
          this.#machine.optimizer.loadState(await old.optimizer.state())
        } catch {}
      }
    }
    this.#keepMoment()
  }

  /** Gives one weight another value; `from` undefined means the bias. */
  async setWeight(layer: number, from: number | undefined, to: number, value: number): Promise<void> {
    const linear = this.#machine.network.linears[layer]
    const variable: Variable | undefined = from === undefined ? linear?.bias : linear?.weight
    if (variable === undefined) return
    const values = Float32Array.from(await variable.value.data())
    values[from === undefined ? to : from * linear!.outputs + to] = value
    variable.assign(tensor(values, variable.shape))
    this.#problem = obstacle(this.#settings, this.#trained.length)
  }

  /** What there is to see now, or at one of the moments. */
  async frame(moment?: number): Promise<Frame> {
    const now: Moment = { step: this.#steps, machine: this.#machine, values: this.#machine.values() }
    const { step, machine, values } = (moment === undefined ? undefined : this.#moments[moment]) ?? now
    machine.network.eval()
    const layers = machine.look(values, grid())
    const [train, test] = [this.#train, this.#test].map((examples) => score(machine, values, examples))
    const slopes = this.#trained.length === 0 ? undefined : machine.slopes(machine.trainedOf(values), this.#train)
    const links = machine.network.linears.map(async ({ inputs, outputs }, i): Promise<Link> => {
      const path = i < machine.network.hidden.length ? `hidden.${i}` : 'output'
      const read = async (from: nn.ValuesByPath | undefined, name: string): Promise<Float32Array> =>
        Float32Array.from((await from?.[`${path}.${name}`]?.data()) ?? [])
      return {
        ...{ from: inputs, to: outputs },
        ...{ weights: await read(values, 'weight'), gradients: await read(slopes, 'weight') },
        ...{ biases: await read(values, 'bias'), biasGradients: await read(slopes, 'bias') },
      }
    })
    return {
      step,
      epoch: step === this.#steps ? this.#epochs : Math.floor((step * this.#settings.batchSize) / this.#trained.length),
      train: await train!,
      test: await test!,
      maps: await Promise.all(layers.map((layer) => neuronByNeuron(layer))),
      links: await Promise.all(links),
      moments: this.#moments.map((one) => one.step),
      problem: this.#problem,
    }
  }

  #batch(): Examples {
    const size = Math.min(this.#settings.batchSize, this.#order.length)
    if (this.#next === 0) this.#shuffle.shuffle(this.#order)
    const chosen = this.#order.subarray(this.#next, this.#next + size)
    this.#next += size
    if (this.#next + size > this.#order.length) {
      this.#next = 0
      this.#epochs++
    }
    return gather(this.#points, chosen)
  }

  #keepMoment(): void {
    this.#moments.push({ step: this.#steps, machine: this.#machine, values: this.#machine.values() })
    if (this.#moments.length <= MOMENTS) return
    this.#moments = this.#moments.filter((_, i) => i % 2 === 0)
    this.#interval *= 2
  }
}

/** Settings that change nothing but the points and how they are fed. */
const FEEDING: ReadonlySet<string> = new Set([...DATA_SETTINGS, 'batchSize', 'seed'])

/** Whether other settings make another network or another way to train it. */
const needsMachine = (old: Settings, fresh: Settings): boolean =>
  (Object.keys(fresh) as (keyof Settings)[]).some((key) => !FEEDING.has(key) && old[key] !== fresh[key])

function split(settings: Settings, points: Points) {
  const order = Int32Array.from(points.targets, (_, i) => i)
  new RandomStream(settings.dataSeed, SPLITS).shuffle(order)
  const count = Math.round((order.length * settings.trainShare) / 100)
  const [trained, tested] = [order.subarray(0, count), order.subarray(count)]
  return { trained: [...trained], train: gather(points, trained), test: gather(points, tested) }
}

function gather({ places, targets }: Points, chosen: Int32Array): Examples {
  const at = Float32Array.from({ length: 2 * chosen.length }, (_, i) => places[2 * chosen[i >> 1]! + (i & 1)]!)
  return {
    places: tensor(at, [chosen.length, 2]),
    targets: tensor(
      Float32Array.from(chosen, (i) => targets[i]!),
      [chosen.length],
    ),
  }
}

async function score(machine: Machine, values: nn.ValuesByPath, examples: Examples): Promise<Score> {
  if (examples.targets.shape[0] === 0) return { loss: Number.NaN, accuracy: Number.NaN }
  const { loss, accuracy } = machine.score(values, examples)
  return { loss: await loss.item(), accuracy: await accuracy.item() }
}

/** [places, neurons] as one neuron after the other. */
async function neuronByNeuron(layer: Tensor<[number, number]>): Promise<Float32Array> {
  return Float32Array.from(await layer.transpose().data())
}

let gridTensor: Tensor<[number, number]> | undefined

/** The middles of the squares, rows from top to bottom. */
function grid(): Tensor<[number, number]> {
  const middle = (i: number): number => ((i + 0.5) / GRID) * 2 * EXTENT - EXTENT
  gridTensor ??= tensor(
    Float32Array.from({ length: 2 * GRID * GRID }, (_, i) => {
      const square = i >> 1
      return i % 2 === 0 ? middle(square % GRID) : -middle(Math.floor(square / GRID))
    }),
    [GRID * GRID, 2],
  )
  return gridTensor
}

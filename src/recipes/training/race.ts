import { compile, grad, Parameter, random, scan, type Tensor, tensor, zeros } from 'shapewise'
import type { Pair, Surface } from 'shapewise/optim'
import * as optim from 'shapewise/optim'

/** Rates from 10⁻⁴ to 100, eight to each factor of ten. */
const rates = Array.from({ length: 49 }, (_, i) => 10 ** (-4 + i / 8))
/** What is this part of the range away from a minimum has arrived there. */
const ARRIVED = 0.01
/** The part of the range by which the surface of a batch is shifted. */
const SHIFT = 0.005

const STOCHASTIC = 'stochastic (SGD)'

const unit = { learningRate: 1 }
/** Who races: all that treat each number by itself. The learning rate is put to their steps afterwards. */
export const racers = {
  'gradient descent': () => optim.sgd(unit),
  [STOCHASTIC]: () => optim.sgd(unit),
  momentum: () => optim.sgd({ ...unit, momentum: 0.9 }),
  Nesterov: () => optim.sgd({ ...unit, momentum: 0.9, nesterov: true }),
  Adagrad: () => optim.adagrad(unit),
  Adadelta: () => optim.adadelta(unit),
  RMSprop: () => optim.rmsProp(unit),
  Adam: () => optim.adam(unit),
  Adamax: () => optim.adamax(unit),
  Nadam: () => optim.nadam(unit),
  RAdam: () => optim.radam(unit),
  Lion: () => optim.lion(unit),
}
export type Racer = keyof typeof racers

/** How a racer did with the rate that brought it to a minimum in the fewest steps, or else to the lowest heights. */
export interface Outcome {
  readonly rate: number
  /** After which it stays beside a minimum; infinite if it never does. */
  readonly steps: number
  /** Where it was, from the start to its arrival. */
  readonly path: readonly Pair[]
  /** The mean of the heights of its last quarter. */
  readonly height: number
}

/**
 * Runs an optimizer down a surface with all rates side by side; who leaves the map is out.
 *
 * @returns undefined if all rates lead off the map
 */
export async function race(surface: Surface, racer: Racer, steps: number): Promise<Outcome | undefined> {
  const { start, minima, x: range } = surface
  const width = range[1] - range[0]
  const height = (place: Tensor) => surface.height(place.transpose().at(0), place.transpose().at(1))
  const run = compile((rate: Tensor<[number]>) => {
    const walked = new Parameter(zeros([rates.length, 2]), 'walked')
    const optimizer = racers[racer]()
    const [, walk] = scan(
      (carry: Tensor) => {
        // A step is proportional to its rate: here is what it would be with rate 1, from the gradient where the racer with its own rate is.
        const at = tensor(start).add(walked.value.mul(rate.reshape([-1, 1])))
        const seen = racer === STOCHASTIC ? at.add(random.normal(at.shape).mul(SHIFT * width)) : at
        optimizer.apply([grad((place: Tensor) => height(place).sum())(seen)], [walked])
        return [carry, { at, height: height(at) }]
      },
      zeros([]),
      zeros([steps + 1]),
    )
    const late = Math.floor((3 * steps) / 4)
    return { places: walk.at, height: walk.height.slice([late]).mean(0) }
  })
  const results = run(tensor(rates))
  const [places, heights] = [await results.places.data(), await results.height.data()]
  const isOnMap = ([x, y]: Pair) => x >= range[0] && x <= range[1] && y >= surface.y[0] && y <= surface.y[1]
  const isThere = ([x, y]: Pair) => minima.some(([a, b]) => Math.hypot(x - a, y - b) <= ARRIVED * width)
  const outcomes = rates.flatMap((rate, k): Outcome[] => {
    const walk = Array.from({ length: steps + 1 }, (_, step): Pair => {
      const at = 2 * (step * rates.length + k)
      return [places[at]!, places[at + 1]!]
    })
    if (!walk.every(isOnMap)) return []
    const away = walk.findLastIndex((place) => !isThere(place))
    return [{ rate, steps: away === steps ? Infinity : away + 1, path: walk.slice(0, away + 2), height: heights[k]! }]
  })
  return outcomes.sort((a, b) => (a.steps === b.steps ? a.height - b.height : a.steps - b.steps))[0]
}

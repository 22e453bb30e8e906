import { GRID, type Points } from '../data/plane'
import { activations } from '../settings/choices'
import type { Settings } from '../settings/settings'
import type { Frame } from './experiment'
import type { Finding } from './failure'
import type { History } from './trainer'

/** All there is to judge a training by. */
export interface Seen {
  readonly settings: Settings
  readonly frame: Frame
  readonly points: Points & { readonly trained: readonly number[] }
  /** Losses over steps. */
  readonly history: History
}

type Rule = (seen: Seen) => Finding | undefined

/** The first thing that is wrong with a training, and what mends it. */
export function healthOf(seen: Seen): Finding | undefined {
  if (seen.frame.problem !== undefined) return seen.frame.problem
  for (const rule of rules) {
    const finding = rule(seen)
    if (finding !== undefined) return finding
  }
  return undefined
}

const tooFewPoints: Rule = ({ settings, points }) => {
  const learned = new Set(points.trained.map((i) => points.targets[i]))
  if (points.trained.length === 0) {
    const cure = settings.data === 'own' ? 'Draw some into the large picture, or paste or drop a table.' : ''
    return { text: `There are no points to learn from. ${cure}`.trim() }
  }
  if (points.kind === 'values' || learned.size > 1) return undefined
  return {
    text: 'All points that are learned from have one class, so there is nothing to part. Add points of another colour.',
  }
}

const stepsTooLarge: Rule = ({ settings, frame, points }) => {
  const guessing = guessingLoss(points)
  if (frame.step < 20 || !(frame.train.loss > 3 * guessing)) return undefined
  const times = Math.round(frame.train.loss / guessing)
  return {
    text: `The loss is ${times.toLocaleString('en-US')} times what guessing would give. With a learning rate of ${settings.learningRate} each step goes past the valley it aims at.`,
    cure: {
      label: 'Start again with a tenth of it',
      settings: { learningRate: Number((settings.learningRate / 10).toPrecision(3)) },
      restarts: true,
    },
  }
}

const equalNeurons: Rule = ({ frame }) => {
  const layer = frame.links.findIndex(({ from, to, weights, biases }, i) => {
    const isHidden = i < frame.links.length - 1
    if (!isHidden || to < 2) return false
    const first = (at: number): number => weights[Math.floor(at / to) * to]!
    return from > 0 && weights.every((weight, at) => weight === first(at)) && biases.every((bias) => bias === biases[0])
  })
  if (layer < 0) return undefined
  return {
    text: `All neurons of layer ${layer + 1} are equal, get equal gradients, and so stay equal: together they can do what one can. First weights have to differ.`,
    cure: { label: 'Start again with Glorot', settings: { initializer: 'glorot' }, restarts: true },
  }
}

/** Below this share of the last layer's gradient a first layer learns next to nothing. */
const VANISHED = 1 / 20

const vanishingGradient: Rule = ({ settings, frame, points }) => {
  const { layers } = settings
  const [first, last] = [frame.links[0], frame.links.at(-1)].map((link) => rootMeanSquare(link?.gradients ?? []))
  if (layers.length < 3 || frame.step < 300 || first === undefined || last === undefined) return undefined
  if (frame.train.loss < 0.9 * guessingLoss(points) || !(first < VANISHED * last)) return undefined
  const saturating = layers.filter(({ activation }) => activation === 'sigmoid').length
  const fraction =
    last / first > 1e6 ? 'less than a millionth' : `a ${Math.round(last / first).toLocaleString('en-US')}th`
  const why =
    saturating === 0
      ? 'Small weights or flat activations take some away in every layer.'
      : `Each of the ${saturating} sigmoids lets at most a quarter through (${short(0.25 ** saturating)} for all).`
  return {
    text: `The gradient of layer 1 is ${fraction} of the output's, so the first layers hear next to nothing and the loss stands still. ${why}`,
    cure: {
      label: 'Start again with ReLU and He',
      settings: { layers: layers.map(({ units }) => ({ units, activation: 'relu' as const })), initializer: 'he' },
      restarts: true,
    },
  }
}

const deadNeurons: Rule = ({ settings, frame }) => {
  for (const [i, { units, activation }] of settings.layers.entries()) {
    const map = frame.maps[i + 1]
    if (activation !== 'relu' || map === undefined || map.length !== units * GRID * GRID || settings.skip) continue
    const dead = Array.from({ length: units }, (_, unit) =>
      map.subarray(unit * GRID * GRID, (unit + 1) * GRID * GRID),
    ).filter((values) => values.every((value) => value === 0)).length
    if (dead === 0 || 2 * dead < units) continue
    return {
      text: `${dead} of the ${units} neurons of layer ${i + 1} give 0 everywhere: where ReLU is off no gradient comes through, and they cannot come back.`,
      cure: {
        label: 'Leaky ReLU',
        settings: { layers: settings.layers.map((one, k) => (k === i ? { ...one, activation: 'leakyRelu' } : one)) },
        restarts: false,
      },
    }
  }
  return undefined
}

const overfitting: Rule = ({ settings, frame, history: [, , test] }) => {
  const lowest = test.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY)
  const isWorse = frame.test.loss > 1.5 * lowest && frame.test.loss > 3 * frame.train.loss && frame.test.loss > 0.1
  if (!isWorse || test.length < 20) return undefined
  return {
    text: `The test loss has risen from ${lowest.toFixed(2)} to ${frame.test.loss.toFixed(2)} while the training loss fell: the network learns these points by heart. More points, a smaller network or a penalty help.`,
    ...(settings.regularization === 'none' && {
      cure: { label: 'Add L2', settings: { regularization: 'l2', regularizationRate: 0.01 }, restarts: false } as const,
    }),
  }
}

const tooSimple: Rule = ({ settings, frame, history: [, train] }) => {
  const isLinear = settings.layers.every(({ activation }) => activation === 'linear')
  const earlier = train[Math.floor(train.length / 2)]
  if (!isLinear || frame.step < 1000 || earlier === undefined || frame.train.loss < 0.98 * earlier) return undefined
  if (frame.train.accuracy > 0.9 || Number.isNaN(frame.train.accuracy)) return undefined
  const { length } = settings.layers
  return {
    text:
      length === 0
        ? 'Without hidden layers there are only straight boundaries between the classes, and here none is right.'
        : `Layers of ${activations.linear.label.toLowerCase()} neurons together are one linear layer: the boundaries stay straight.`,
    cure: {
      label: length === 0 ? 'Add a layer of six' : 'Use tanh',
      settings: {
        layers:
          length === 0
            ? [{ units: 6, activation: 'tanh' }]
            : settings.layers.map((one) => ({ ...one, activation: 'tanh' })),
      },
      restarts: false,
    },
  }
}

const rules: readonly Rule[] = [
  tooFewPoints,
  stepsTooLarge,
  equalNeurons,
  vanishingGradient,
  deadNeurons,
  overfitting,
  tooSimple,
]

/** The loss of an answer that is the same everywhere. */
function guessingLoss({ kind, classes, targets }: Points): number {
  if (kind === 'classes') return Math.log(classes)
  const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length
  return targets.reduce((sum, value) => sum + (value - mean) ** 2, 0) / targets.length / 2
}

const rootMeanSquare = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length))

const short = (value: number): string => `1/${Math.round(1 / value).toLocaleString('en-US')}`

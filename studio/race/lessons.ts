import { spec } from './methods'
import type { Settings } from './settings'

export interface Lesson {
  readonly title: string
  /** What is seen, and why. */
  readonly text: string
  readonly settings: Pick<Settings, 'surface' | 'racers' | 'speed'> & Partial<Settings>
}

/** What a race can teach. Tests hold what is said. */
export const lessons: readonly Lesson[] = [
  {
    title: 'Momentum in a ravine',
    text:
      'Across the ravine it is 200 times as steep as along. Gradient descent may take no larger steps than the walls allow and crawls along the ' +
      'floor; with momentum the zigzags cancel and what points along adds up, so the same rate arrives in less than a quarter of the steps.',
    settings: {
      ...{ surface: 'ravine', speed: 20 },
      racers: [spec('sgd', 0.009), spec('momentum', 0.009), spec('nesterov', 0.005)],
    },
  },
  {
    title: 'Too large a rate',
    text:
      'Where a surface curves by κ, a step along the gradient multiplies the distance by 1 − rate · κ. Here κ is 200: at a rate of 2/200 = 0.01 it ' +
      'jumps from wall to wall for ever, just below it settles, just above it diverges.',
    settings: {
      ...{ surface: 'ravine', speed: 8 },
      racers: [spec('sgd', 0.005), spec('sgd', 0.0095), spec('sgd', 0.01), spec('sgd', 0.0102)],
    },
  },
  {
    title: 'Leaving a saddle',
    text:
      'It is nearly flat where it has to be left, so a step as long as the slope is steep takes hundreds. Who divides each number by the size of its ' +
      'own gradients makes steps of the same length everywhere and is gone at once.',
    settings: {
      ...{ surface: 'saddle', speed: 20 },
      racers: [spec('sgd', 0.03), spec('momentum', 0.03), spec('rmsProp'), spec('adam'), spec('rprop')],
    },
  },
  {
    title: 'Steps that only get shorter',
    text:
      'AdaGrad divides by the root of all squares since the start: after a steep beginning it never becomes fast again. RMSProp and Adam forget, ' +
      'and AMSGrad forgets less.',
    settings: {
      ...{ surface: 'rosenbrock', speed: 60 },
      racers: [spec('adagrad', 0.1), spec('rmsProp', 0.01), spec('adam', 0.1), spec('amsgrad', 0.1)],
    },
  },
  {
    title: 'Knowing the curvature',
    text:
      'The bent valley costs momentum hundreds of steps and gradient descent thousands. L-BFGS learns from its steps how the surface curves, and is ' +
      'there in some thirty, though each of them looks at several places and noise confuses it.',
    settings: {
      ...{ surface: 'rosenbrock', speed: 10 },
      racers: [spec('sgd', 0.002), spec('momentum', 0.003), spec('rprop'), spec('lbfgs')],
    },
  },
  {
    title: 'Below a cliff',
    text:
      'The gradients of the cliff are ten thousand times those of the plateau below. A rate that survives the start crawls afterwards; Rprop looks ' +
      'at signs alone and does not mind.',
    settings: {
      ...{ surface: 'beale', speed: 20 },
      racers: [spec('sgd', 0.003), spec('sgd', 0.1), spec('momentum', 0.003), spec('adam', 0.05), spec('rprop')],
    },
  },
  {
    title: 'Many minima',
    text:
      'Who walks downhill in small steps stays in the valley where it starts, whatever the method: all of these end in the same one. Rates so large ' +
      'that they jump over walls see more of the map, but do not settle.',
    settings: {
      ...{ surface: 'rastrigin', speed: 30 },
      racers: [spec('sgd', 0.003), spec('momentum', 0.003), spec('adam'), spec('lbfgs'), spec('momentum', 0.01)],
    },
  },
  {
    title: 'Noise, and what rates do to it',
    text:
      'Each step sees the surface shifted, as each batch has a loss of its own. The large rate arrives first and trembles on; the small rate ' +
      'arrives late and calm. Rates that fall have both.',
    settings: {
      ...{ surface: 'saddle', speed: 30, noise: 0.03, start: [-1.4, 0.3] },
      racers: [spec('sgd', 0.6), spec('sgd', 0.05), spec('adam', 0.3), spec('adam', 0.02)],
    },
  },
  {
    title: 'The loss of a network',
    text:
      'A real one: a network of 205 weights that tells two spirals apart, cut along two random directions through what it has learned. Small ' +
      'rates end in the side valley next to the start. A rate that does not fit into it comes out again and finds the deep and wide one.',
    settings: {
      ...{ surface: 'network', speed: 10 },
      racers: [spec('sgd', 0.01), spec('sgd', 0.1), spec('momentum', 0.03), spec('adam', 0.03)],
    },
  },
]

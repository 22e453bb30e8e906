import type { LayerSettings, Settings } from '../settings/settings'
import { layersOf } from './lessons'

/** Settings that are known to be good, why, and what fails instead. */
export interface Preset {
  readonly title: string
  /** What differs from the defaults. */
  readonly settings: Partial<Settings>
  readonly why: string
  /** What differs from the good settings. */
  readonly fails: { readonly label: string; readonly settings: Partial<Settings>; readonly why: string }
  /** What is measured on the test points after so many steps, and what each of both reaches: at least and at most for shares of right answers, the other way for losses. */
  readonly reached: {
    readonly measure: 'accuracy' | 'loss'
    readonly steps: number
    readonly good: number
    readonly failing: number
  }
}

const many = (activation: LayerSettings['activation'], units: number, count: number) =>
  layersOf(activation, ...Array.from({ length: count }, () => units))

export const presets: readonly Preset[] = [
  {
    title: 'Two spirals: two layers of eight and Adam',
    settings: { data: 'spiral', layers: many('tanh', 8, 2), optimizer: 'adam', learningRate: 0.01 },
    why: 'Two layers fold the plane twice, which is enough for these windings, and Adam gives every weight a rate of its own, so that flat stretches of the loss are crossed soon.',
    fails: {
      label: 'One layer of two',
      settings: { layers: layersOf('tanh', 2) },
      why: 'Two lines side by side cannot follow the windings, and there is no second fold.',
    },
    reached: { measure: 'accuracy', steps: 4000, good: 0.95, failing: 0.9 },
  },
  {
    title: 'A disk: three neurons',
    settings: { data: 'circle', layers: layersOf('tanh', 3), learningRate: 0.1 },
    why: 'Every hidden neuron draws one line. Three lines make a triangle around the disk, the smallest figure that is closed.',
    fails: {
      label: 'Two neurons',
      settings: { layers: layersOf('tanh', 2) },
      why: 'Two lines make a strip or a wedge, which are open somewhere.',
    },
    reached: { measure: 'accuracy', steps: 4000, good: 0.95, failing: 0.9 },
  },
  {
    title: 'Exclusive or: the product as a feature',
    settings: { data: 'xor', layers: [], features: ['xy'], learningRate: 0.03 },
    why: 'The class is the sign of x₁x₂. Who knows that needs one weight and no hidden layer.',
    fails: {
      label: 'x₁ and x₂ alone',
      settings: { features: ['x', 'y'] },
      why: 'No straight line has both blue corners on one side.',
    },
    reached: { measure: 'accuracy', steps: 1500, good: 0.95, failing: 0.75 },
  },
  {
    title: 'A deep network: ReLU and He',
    settings: { data: 'circle', layers: many('relu', 6, 5), initializer: 'he', learningRate: 0.03 },
    why: 'ReLU lets the whole gradient through wherever it is on, and He starts with weights that keep values as large from layer to layer although half of them are off.',
    fails: {
      label: 'Sigmoid',
      settings: { layers: many('sigmoid', 6, 5), initializer: 'glorot' },
      why: 'Each sigmoid lets a quarter of the gradient through at most, so five leave a thousandth: the first layers stay as they were.',
    },
    reached: { measure: 'accuracy', steps: 3000, good: 0.95, failing: 0.65 },
  },
  {
    title: 'Very deep: skip connections',
    settings: {
      ...{ data: 'circle', layers: many('tanh', 6, 8), initializer: 'small', skip: true },
      ...{ optimizer: 'adam', learningRate: 0.003 },
    },
    why: 'Each layer adds to what goes into it, so values and gradients have a way past all eight, however small the first weights are.',
    fails: {
      label: 'Without',
      settings: { skip: false },
      why: 'Values shrink a hundredfold in every layer, and so do gradients on their way back: nothing arrives at either end.',
    },
    reached: { measure: 'accuracy', steps: 2000, good: 0.95, failing: 0.65 },
  },
  {
    title: 'Few noisy points: a penalty',
    settings: {
      ...{ data: 'moons', noise: 45, trainShare: 10, layers: many('relu', 12, 3), optimizer: 'adam' },
      ...{ learningRate: 0.01, regularization: 'l2', regularizationRate: 0.01 },
    },
    why: 'Fifty points, 350 weights: the network could learn the noise by heart. L2 makes large weights dear, and without them the boundary cannot turn around single points.',
    fails: {
      label: 'No penalty',
      settings: { regularization: 'none' },
      why: 'The training loss falls to nothing, the test loss rises: islands around single points.',
    },
    reached: { measure: 'loss', steps: 3000, good: 0.9, failing: 1.5 },
  },
  {
    title: 'Six clouds: no hidden layer',
    settings: { data: 'gauss', classes: 6, layers: [], optimizer: 'adam', learningRate: 0.03 },
    why: 'Softmax regression gives each class a slope, and the largest wins: between clouds around a middle these are straight borders, as they should be.',
    fails: {
      label: 'Rings instead of clouds',
      settings: { data: 'rings' },
      why: 'Every ring lies around the same middle; straight borders from there cannot tell them apart. Squares as features can.',
    },
    reached: { measure: 'accuracy', steps: 2000, good: 0.95, failing: 0.5 },
  },
  {
    title: 'A checkerboard: width',
    settings: {
      data: 'checkerboard',
      layers: many('tanh', 12, 2),
      optimizer: 'adam',
      learningRate: 0.01,
    },
    why: 'Sixteen fields need many borders. Twelve neurons draw them, a second layer combines them.',
    fails: {
      label: 'Four and two neurons',
      settings: { layers: layersOf('tanh', 4, 2) },
      why: 'Four lines do not cut out sixteen fields, however long they are trained.',
    },
    reached: { measure: 'accuracy', steps: 5000, good: 0.8, failing: 0.77 },
  },
  {
    title: 'Hills and valleys: values instead of classes',
    settings: { data: 'hills', layers: many('tanh', 8, 2), optimizer: 'adam', learningRate: 0.01 },
    why: 'The output is a number and the loss the squared distance to it. Sums of tanh steps make smooth hills.',
    fails: {
      label: 'Linear neurons',
      settings: { layers: many('linear', 8, 2) },
      why: 'Linear layers after one another are one linear layer, a tilted plane: it cannot do better than the mean.',
    },
    reached: { measure: 'loss', steps: 3000, good: 0.02, failing: 0.03 },
  },
]

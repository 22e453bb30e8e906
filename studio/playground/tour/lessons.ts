import { defaults, type LayerSettings, type Settings } from '../settings/settings'

/** A stop of the guided tour: what to set up, what to do, and what there is to see. */
export interface Lesson {
  readonly title: string
  /** What differs from the defaults. */
  readonly settings: Partial<Settings>
  readonly text: readonly string[]
  /** Other settings to compare with, by what their button says. */
  readonly variants: readonly { readonly label: string; readonly settings: Partial<Settings> }[]
}

/** Hidden layers of one kind. */
export const layersOf = (
  activation: LayerSettings['activation'],
  ...units: readonly number[]
): readonly LayerSettings[] => units.map((count) => ({ units: count, activation }))

const products = ['x', 'y', 'xx', 'yy', 'xy'] as const

export const lessons: readonly Lesson[] = [
  {
    title: 'One straight line',
    settings: { data: 'gauss', layers: [], noise: 10 },
    text: [
      'Without hidden layers the network is logistic regression: it weighs x₁ and x₂ and draws one straight line. For two clouds that is all it takes.',
      'Press ▶. Then raise the noise: where the clouds overlap, no line is right about all points, and the colours near it turn pale.',
    ],
    variants: [{ label: 'Much noise', settings: { noise: 50 } }],
  },
  {
    title: 'The exclusive or',
    settings: { data: 'xor', layers: [], learningRate: 0.1 },
    text: [
      'No straight line parts these four corners: the best that a single neuron can do is to guess (Minsky and Papert, 1969).',
      'A hidden layer folds the plane first. Six neurons nearly always find the corners; with four it depends on the first weights: press the die and try again.',
    ],
    variants: [
      { label: 'Six hidden neurons', settings: { layers: layersOf('tanh', 6) } },
      { label: 'Four', settings: { layers: layersOf('tanh', 4) } },
      { label: 'Two', settings: { layers: layersOf('tanh', 2) } },
    ],
  },
  {
    title: 'Features or layers (Cover)',
    settings: { data: 'circle', layers: [], features: ['xx', 'yy'] },
    text: [
      'In more dimensions more can be parted by a plane (Cover, 1965). With x₁² and x₂² as inputs a circle is a straight line, and no hidden layer is needed.',
      'Someone had to know that squares would help. Hidden layers find such features by themselves, from x₁ and x₂ alone, but need longer.',
    ],
    variants: [
      { label: 'Layers instead of features', settings: { features: ['x', 'y'], layers: layersOf('tanh', 4) } },
      { label: 'The product for xor', settings: { data: 'xor', features: ['xy'] } },
    ],
  },
  {
    title: 'Depth against width',
    settings: {
      data: 'spiral',
      layers: layersOf('tanh', 8, 8, 8),
      learningRate: 0.01,
      optimizer: 'adam',
    },
    text: [
      'Every layer folds what the one before has folded, so that folds multiply with depth and only add with width (Telgarsky, 2016). Two spirals wind around each other: three layers of eight unwind them.',
      'One layer of twelve has to draw every winding by itself.',
    ],
    variants: [
      { label: 'One wide layer', settings: { layers: layersOf('tanh', 12) } },
      {
        label: 'One layer, but good features',
        settings: { layers: layersOf('tanh', 8), features: ['x', 'y', 'sinX', 'sinY'] },
      },
    ],
  },
  {
    title: 'Too simple, too free',
    settings: {
      data: 'moons',
      noise: 45,
      trainShare: 10,
      layers: layersOf('relu', 12, 12, 12),
      optimizer: 'adam',
      learningRate: 0.01,
      batchSize: 10,
    },
    text: [
      'Fifty noisy points and some 350 weights: the loss on the training points falls to nothing, the loss on the test points turns and rises. The network learns the noise by heart (overfitting): islands appear around single points.',
      'A line is too simple for moons (underfitting): both losses stay high. Something between is right.',
    ],
    variants: [
      { label: 'A line', settings: { layers: [] } },
      { label: 'Three neurons', settings: { layers: layersOf('tanh', 3) } },
      { label: 'More points', settings: { trainShare: 90 } },
    ],
  },
  {
    title: 'Regularisation',
    settings: {
      data: 'moons',
      noise: 45,
      trainShare: 10,
      layers: layersOf('relu', 12, 12, 12),
      optimizer: 'adam',
      learningRate: 0.01,
      regularization: 'l2',
      regularizationRate: 0.01,
    },
    text: [
      'The same free network as in the lesson before, but large weights cost something. L2 keeps all of them small: the boundary stays smooth, and the test loss does not rise.',
      'L1 makes most of them exactly nothing: look how many links vanish. Dropout leaves out neurons at random, so that none can rely on another.',
    ],
    variants: [
      { label: 'L1', settings: { regularization: 'l1', regularizationRate: 0.003 } },
      { label: 'Dropout', settings: { regularization: 'none', dropout: 0.3 } },
      { label: 'Nothing', settings: { regularization: 'none' } },
    ],
  },
  {
    title: 'Noise in the steps',
    settings: { data: 'circle', noise: 25, batchSize: 1, learningRate: 0.1, layers: layersOf('tanh', 6) },
    text: [
      'With one point to a step the gradient is a guess: the losses jump, and the boundary trembles as long as the learning rate is high.',
      'Larger batches are calmer for the same rate; a rate that falls (Schedule: cosine) calms down at the end and keeps the speed of the beginning.',
    ],
    variants: [
      { label: 'Batches of 50', settings: { batchSize: 50 } },
      { label: 'A falling rate', settings: { schedule: 'cosine' } },
    ],
  },
  {
    title: 'Why deep sigmoid nets stood still',
    settings: { data: 'circle', layers: layersOf('sigmoid', 6, 6, 6, 6, 6), learningRate: 0.1, initializer: 'glorot' },
    text: [
      'A sigmoid lets at most a quarter of a gradient through, in every layer. After five of them the first layer hears next to nothing: look at the gradients below the network. The loss does not move (Hochreiter, 1991; Glorot and Bengio, 2010).',
      'ReLU lets the whole gradient through wherever it is on. Tanh does around 0. Batch norm keeps values where the slope is.',
    ],
    variants: [
      { label: 'ReLU', settings: { layers: layersOf('relu', 6, 6, 6, 6, 6), initializer: 'he' } },
      { label: 'Tanh', settings: { layers: layersOf('tanh', 6, 6, 6, 6, 6) } },
      { label: 'Sigmoid with batch norm', settings: { batchNorm: true } },
    ],
  },
  {
    title: 'First weights',
    settings: { data: 'circle', layers: layersOf('tanh', 6, 6, 6), initializer: 'small' },
    text: [
      'Very small weights: values shrink from layer to layer, all neurons are pale, and gradients vanish with them. Very large ones: neurons are either −1 or 1, and their slope is nothing.',
      'All equal is worst: the neurons of a layer stay equal for ever. Glorot keeps the size of values for tanh, He for ReLU.',
    ],
    variants: [
      { label: 'Large', settings: { initializer: 'large' } },
      { label: 'All equal', settings: { initializer: 'zeros' } },
      { label: 'Glorot', settings: { initializer: 'glorot' } },
    ],
  },
  {
    title: 'Batch norm',
    settings: {
      data: 'spiral',
      layers: layersOf('sigmoid', 8, 8, 8),
      batchNorm: true,
      batchSize: 50,
      learningRate: 0.3,
    },
    text: [
      'Before each activation, values are moved and scaled so that a batch has mean 0 and deviation 1 (Ioffe and Szegedy, 2015). Sigmoids then stay where they have a slope, whatever the layers below do.',
      'Take the tick away while it trains: the same network stands still. With batches of 1 there is nothing to measure, and it cannot work.',
    ],
    variants: [
      { label: 'Without', settings: { batchNorm: false } },
      { label: 'Batches of 5', settings: { batchSize: 5 } },
    ],
  },
  {
    title: 'Optimizers',
    settings: { data: 'spiral', layers: layersOf('tanh', 8, 8), learningRate: 0.01, optimizer: 'sgd' },
    text: [
      'The same network and the same first weights. Plain gradient descent creeps along the valleys of the loss; momentum rolls through them; Adam gives each weight a rate of its own.',
      'Change the optimizer while it trains and watch the slope of the loss.',
    ],
    variants: [
      { label: 'Momentum', settings: { optimizer: 'momentum' } },
      { label: 'RMSprop', settings: { optimizer: 'rmsProp' } },
      { label: 'Adam', settings: { optimizer: 'adam' } },
    ],
  },
  {
    title: 'The curse of dimension',
    settings: {
      data: 'xor',
      noise: 20,
      trainShare: 10,
      features: products,
      layers: layersOf('relu', 12, 12),
      optimizer: 'adam',
      learningRate: 0.01,
    },
    text: [
      'More inputs mean more room to be wrong in: fifty points fill a plane fairly well, and leave five dimensions empty. The network finds boundaries between the points that do not hold for new ones.',
      'With the one feature that matters, x₁x₂, the same fifty points are plenty. Invariances and good features are what makes learning possible in thousands of dimensions.',
    ],
    variants: [
      { label: 'Only x₁x₂', settings: { features: ['xy'], layers: [] } },
      { label: 'All seven features', settings: { features: ['x', 'y', 'xx', 'yy', 'xy', 'sinX', 'sinY'] } },
    ],
  },
]

/** The settings of a lesson, or of what is known to be good, or of a variant of it. */
export const lessonSettings = (lesson: Pick<Lesson, 'settings'>, variant: Partial<Settings> = {}): Settings => ({
  ...defaults,
  ...lesson.settings,
  ...variant,
})

/** A convolution with what comes after it. */
export interface Stage {
  /** Row after row; their count is a square. */
  readonly kernel: readonly number[]
  readonly stride: number
  /** Zeros around the picture: as many as keep its size for a stride of 1, or none. */
  readonly padding: 'same' | 'valid'
  /** From one weight to the next in the picture. */
  readonly dilation: number
  readonly activation: 'none' | 'relu' | 'abs'
  readonly pooling: 'none' | 'max' | 'mean'
}

export const limits = { stride: [1, 4], dilation: [1, 4], stages: [1, 4], size: [1, 7] } as const

interface Preset {
  readonly label: string
  readonly kernel: readonly number[]
  readonly activation?: Stage['activation']
  /** What it does, in one sentence. */
  readonly text: string
}

const ninths = Array.from({ length: 9 }, () => 1 / 9)

/** Filters of image editors, and what they do. */
export const presets: Readonly<Record<string, Preset>> = {
  identity: { label: 'Nothing', kernel: [0, 0, 0, 0, 1, 0, 0, 0, 0], text: 'Takes the middle: the picture stays.' },
  blur: { label: 'Blur', kernel: ninths, text: 'The mean of nine pixels: small things vanish.' },
  gauss: {
    label: 'Soft blur',
    kernel: [1, 4, 6, 4, 1].flatMap((a) => [1, 4, 6, 4, 1].map((b) => (a * b) / 256)),
    text: 'A mean in which near pixels count more (binomial, nearly Gaussian).',
  },
  sharpen: {
    label: 'Sharpen',
    kernel: [0, -1, 0, -1, 5, -1, 0, -1, 0],
    text: 'Adds what differs from the neighbours: edges stand out.',
  },
  edges: {
    label: 'Edges',
    kernel: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
    activation: 'abs',
    text: 'What differs from the neighbours, in any direction; even areas give nothing (Laplace).',
  },
  upright: {
    label: 'Upright edges',
    kernel: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    activation: 'relu',
    text: 'Brighter on the right than on the left (Sobel). With ReLU only that direction is left.',
  },
  level: {
    label: 'Level edges',
    kernel: [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    activation: 'relu',
    text: 'Brighter below than above (Sobel).',
  },
  emboss: {
    label: 'Emboss',
    kernel: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
    text: 'As if lit from the upper left: a slope in one direction, added to the picture.',
  },
  dots: {
    label: 'Dots',
    kernel: [-1, -1, -1, -1, -1, -1, 1, 2, 1, -1, -1, 2, 4, 2, -1, -1, 1, 2, 1, -1, -1, -1, -1, -1, -1].map(
      (weight) => weight / 16,
    ),
    activation: 'relu',
    text: 'Bright in the middle, dark around: finds spots of its size.',
  },
}

export const firstStage = (name = 'upright'): Stage => ({
  kernel: presets[name]!.kernel,
  stride: 1,
  padding: 'same',
  dilation: 1,
  activation: presets[name]!.activation ?? 'none',
  pooling: 'none',
})

/** How many weights the kernel has in each direction. */
export const kernelSize = ({ kernel }: Pick<Stage, 'kernel'>): number => Math.round(Math.sqrt(kernel.length))

/** Zeros on each side. */
export const paddingOf = (stage: Stage): number =>
  stage.padding === 'same' ? Math.floor((stage.dilation * (kernelSize(stage) - 1)) / 2) : 0

/** Values of the feature map in one direction: ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1; none if the kernel does not fit. */
export const mapSize = (size: number, stage: Stage): number =>
  Math.max(
    0,
    Math.floor((size + 2 * paddingOf(stage) - stage.dilation * (kernelSize(stage) - 1) - 1) / stage.stride) + 1,
  )

/** The places in the picture that each weight meets for one value of the feature map; some may lie outside, in the padding. */
export function windowAt(at: { readonly x: number; readonly y: number }, stage: Stage) {
  const size = kernelSize(stage)
  const start = -paddingOf(stage)
  return stage.kernel.map((_, i) => ({
    x: at.x * stage.stride + start + (i % size) * stage.dilation,
    y: at.y * stage.stride + start + Math.floor(i / size) * stage.dilation,
  }))
}

/** Pooling halves. */
export const pooledSize = (size: number, { pooling }: Pick<Stage, 'pooling'>): number =>
  pooling === 'none' ? size : Math.floor(size / 2)

/** The formula with its numbers. */
export const sizeText = (size: number, stage: Stage): string =>
  `⌊(${size} + 2·${paddingOf(stage)} − ${stage.dilation}·(${kernelSize(stage)} − 1) − 1) / ${stage.stride}⌋ + 1 = ${mapSize(size, stage)}`

const short = (value: number): string => `${Number(value.toFixed(4))}`

/** Stages as part of an address. */
export const encodeStages = (stages: readonly Stage[]): string =>
  stages
    .map(({ kernel, stride, padding, dilation, activation, pooling }) =>
      [kernel.map(short).join(','), stride, padding, dilation, activation, pooling].join('_'),
    )
    .join('~')

/** The stages of an address; what makes no sense is as in the first stage. */
export function decodeStages(text: string | null): readonly Stage[] {
  const found = (text ?? '').split('~').flatMap((part): Stage[] => {
    const [weights = '', stride, padding, dilation, activation, pooling] = part.split('_')
    const kernel = weights.split(',').map(Number)
    const size = Math.sqrt(kernel.length)
    if (weights === '' || !Number.isInteger(size) || size > limits.size[1] || !kernel.every(Number.isFinite)) return []
    const count = (given: string | undefined, [low, high]: readonly [number, number]): number =>
      Math.min(high, Math.max(low, Math.round(Number(given)) || low))
    const usual = firstStage('identity')
    const oneOf = <Choice extends string>(given: string | undefined, known: readonly Choice[], other: Choice): Choice =>
      known.find((one) => one === given) ?? other
    return [
      {
        kernel,
        stride: count(stride, limits.stride),
        padding: oneOf(padding, ['same', 'valid'], usual.padding),
        dilation: count(dilation, limits.dilation),
        activation: oneOf(activation, ['none', 'relu', 'abs'], usual.activation),
        pooling: oneOf(pooling, ['none', 'max', 'mean'], usual.pooling),
      },
    ]
  })
  return found.length > 0 ? found.slice(0, limits.stages[1]) : [firstStage()]
}

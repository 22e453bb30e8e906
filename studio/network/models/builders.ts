import { type CatalogueEntry, catalogue, lenet, mlp, TabularNetwork } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import type { BuiltIn } from './built-in'
import type { InputSpec } from './input-spec'

type Model = Parameters<typeof nn.flowOf>[0]

interface Builder {
  make(): Model
  /** How many numbers its parameters hold, where that is known without making it. */
  readonly parameters?: number
  readonly inputs: readonly InputSpec[]
}

const picture = (size: number, channels: number): InputSpec => ({
  ...{ name: 'pictures', shape: [1, size, size, channels], dtype: 'float32', channels: 'last' },
})

/** Networks with more numbers are made of zeros: first weights would take longer than everything else. */
const MOST_DRAWN = 30_000_000

const ofCatalogue = ({ make, input, parameters }: CatalogueEntry): Builder => ({
  make: () => (parameters > MOST_DRAWN ? nn.unfilled(make) : make()) as Model,
  parameters,
  inputs: [{ name: 'pictures', shape: [1, ...input], dtype: 'float32', channels: 'last' }],
})

/** How each model is made, and what goes into it. */
export const builders: Readonly<Record<BuiltIn, Builder>> = {
  ...(Object.fromEntries(catalogue.map((entry) => [entry.name, ofCatalogue(entry)])) as Record<BuiltIn, Builder>),
  lenet: { make: () => lenet(), inputs: [picture(28, 1)] },
  mlp: { make: () => mlp([784, 256, 128, 10]), inputs: [picture(28, 1)] },
  tabular: {
    make: () => new TabularNetwork({ numbers: 4, categories: [6, 3] }, 3) as Model,
    inputs: [{ name: 'numbers and codes', shape: [1, 6], dtype: 'float32', below: 3 }],
  },
  encoder: {
    make: () => nn.transformerEncoder(64, 4, 4) as Model,
    inputs: [{ name: 'vectors', shape: [1, 16, 64], dtype: 'float32' }],
  },
  lstm: {
    make: () =>
      nn.sequential(
        nn.embedding(64, 32),
        nn.lstm(32, 48),
        nn.lambda((x) => x),
        nn.linear(48, 64),
      ) as unknown as Model,
    inputs: [{ name: 'tokens', shape: [1, 20], dtype: 'int32', below: 64 }],
  },
}

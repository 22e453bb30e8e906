import { type Colour, classColours } from '../../parts/palette'
import type { GraphNode } from '../graph/graph'

/** What layers do, in a few kinds that are told apart by colour. */
export type Family = 'product' | 'normalization' | 'activation' | 'sequence' | 'form' | 'sum' | 'end'

const [orange, blue, green, purple, yellow] = classColours as readonly [Colour, Colour, Colour, Colour, Colour, Colour]

/** Families with their colours and names. */
export const families: { readonly [F in Family]: { readonly colour: Colour; readonly title: string } } = {
  product: { colour: blue, title: 'products' },
  normalization: { colour: green, title: 'normalization' },
  activation: { colour: orange, title: 'activation' },
  sequence: { colour: purple, title: 'attention, recurrence' },
  sum: { colour: yellow, title: 'operations' },
  form: { colour: [130, 140, 155], title: 'form, pooling, modules' },
  end: { colour: [70, 80, 95], title: 'inputs, outputs' },
}

const patterns: readonly (readonly [RegExp, Family])[] = [
  [/norm|lrn|localresponse/i, 'normalization'],
  [/attention|lstm|gru|rnn|recurrent|transformer|embedding|position|rotary/i, 'sequence'],
  [/relu|gelu|elu|sigmoid|tanh|softmax|softplus|swish|silu|mish|maxout|glu|activation|softsign|^erf$/i, 'activation'],
  [/conv|linear|dense|gemm|matmul|matrix|bilinear|einsum|perceptron/i, 'product'],
  [/pool|flatten|reshape|transpose|permute|pad|upsample|resize|shuffle|slice|squeeze|dropout|identity|vector/i, 'form'],
  [/^(add|sub|mul|div|sum|concat|pow|mean)/i, 'sum'],
]

const known = new Map<string, Family>()

/** The family of a node, by what its type is called. */
export function familyOf({ kind, type }: GraphNode): Family {
  if (kind === 'input' || kind === 'output') return 'end'
  const found =
    known.get(type) ?? patterns.find(([pattern]) => pattern.test(type))?.[1] ?? (kind === 'operations' ? 'sum' : 'form')
  known.set(type, found)
  return found
}

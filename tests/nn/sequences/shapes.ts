import * as nn from '../../../src/nn/index.js'
import type { Tensor } from '../../../src/tensor/tensor.js'
import { shape, type } from '../../types/assert.js'

// Shapes of layers for sequences, as the compiler knows them.

declare const sequence: Tensor<[4, 7, 3]>
declare const some: Tensor<[number, number, 3]>
declare const one: Tensor<[4, 3]>
declare const any: Tensor

// Recurrent layers.
shape(nn.lstm(3, 5).forward(sequence)).is<[4, 7, 5]>()
shape(nn.lstm(3, 5).forward(some)).is<[number, number, 5]>()
shape(nn.rnn(3, 5, { layers: 2 }).forward(any)).is<[...number[], 5]>()
shape(nn.gru(3, 5, { bidirectional: true }).forward(sequence)).is<[4, 7, 10]>()
shape(nn.gru(3, 5, { bidirectional: true as boolean }).forward(sequence)).is<[4, 7, number]>()
shape(nn.sequential(nn.lstm(3, 5), nn.gru(5, 6), nn.linear(6, 2)).forward(sequence)).is<[4, 7, 2]>()
const unrolled = nn.lstm(3, 5).unroll(sequence, { lengths: [7, 1, 2, 3] })
shape(unrolled.outputs).is<[4, 7, 5]>()
type(unrolled.state).is<readonly nn.LstmState<5>[]>()
shape(unrolled.state[0].cell).is<[number, 5]>()
const [output, state] = nn.gru(3, 5).step(one)
shape(output).is<[4, 5]>()
nn.gru(3, 5).step(one, state)
nn.gru(3, 5).unroll(sequence, { state })

// @ts-expect-error lstm: takes [batch, time, 4], not [4, 7, 3]
nn.lstm(4, 5).forward(sequence)
// @ts-expect-error gru: takes [batch, time, 3], not [4, 3]
nn.gru(3, 5).forward(one)
// @ts-expect-error rnn: takes [batch, time, 4], not [..., 5]
nn.sequential(nn.lstm(3, 5), nn.rnn(4, 2))
// @ts-expect-error a state of 6 units
nn.gru(3, 6).step(one, state)
// @ts-expect-error a step takes [batch, 3]
nn.gru(3, 5).step(sequence)
// @ts-expect-error a state of a gru has no cell
nn.lstm(3, 5).unroll(sequence, { state })

// Embeddings and positions.
declare const tokens: Tensor<[4, 7]>
shape(nn.embedding(100, 16).forward(tokens)).is<[4, 7, 16]>()
shape(nn.embedding(100, 16).forward(any)).is<[...number[], 16]>()
shape(nn.tiedOutput(nn.embedding(100, 3)).forward(sequence)).is<[4, 7, 100]>()
shape(nn.sinusoidalPositions().forward(sequence, 3)).is<[4, 7, 3]>()
shape(nn.learnedPositions(10, 3).forward(sequence)).is<[4, 7, 3]>()
shape(nn.rotary(sequence, { start: 2 })).is<[4, 7, 3]>()
// @ts-expect-error linear: takes [..., 4], not [4, 7, 3]
nn.tiedOutput(nn.embedding(100, 4)).forward(sequence)
// @ts-expect-error learnedPositions: takes [..., 4], not [4, 7, 3]
nn.learnedPositions(10, 4).forward(sequence)

// Attention.
declare const queries: Tensor<[4, 2, 7, 8]>
declare const keys: Tensor<[4, 2, 9, 8]>
declare const values: Tensor<[4, 2, 9, 5]>
declare const memory: Tensor<[4, 9, 6]>
shape(nn.scaledDotProductAttention(queries, keys, values)).is<[4, 2, 7, 5]>()
shape(nn.multiHeadAttention(3, 1).forward(sequence, { keyMask: any })).is<[4, 7, 3]>()
shape(nn.crossAttention(3, 1, { memoryWidth: 6 }).forward(sequence, memory)).is<[4, 7, 3]>()
shape(nn.additiveAttention(3, 6, 5).forward(sequence, memory).context).is<[4, 7, 6]>()
shape(nn.additiveAttention(3, 6, 5).forward(sequence, memory).weights).is<[4, 7, 9]>()
const causal = nn.multiHeadAttention(3, 1, { causal: true })
shape(causal.step(sequence, causal.cache(4, 10))[0]).is<[4, 7, 3]>()
// @ts-expect-error attention: queries [4, 2, 7, 8] and keys [4, 2, 9, 5] have different last sizes
nn.scaledDotProductAttention(queries, values, values)
// @ts-expect-error attention: there are not as many values [4, 2, 7, 8] as keys [4, 2, 9, 8]
nn.scaledDotProductAttention(queries, keys, queries)
// @ts-expect-error multiHeadAttention: takes [batch, time, 4], not [4, 7, 3]
nn.multiHeadAttention(4, 2).forward(sequence)
// @ts-expect-error crossAttention: takes [batch, time, 3], not [4, 9, 6]
nn.crossAttention(3, 1).forward(sequence, memory)

// Transformers.
const language = nn.sequential(
  nn.embedding(100, 16),
  nn.transformerEncoder(16, 4, 2, { causal: true }),
  nn.linear(16, 100),
)
shape(language.forward(tokens)).is<[4, 7, 100]>()
shape(nn.transformerEncoderBlock(3, 1).forward(sequence, { keyMask: any })).is<[4, 7, 3]>()
shape(nn.transformerDecoderBlock(3, 1).forward(sequence, memory)).is<[4, 7, 3]>()
// @ts-expect-error transformerEncoder: takes [batch, time, 8], not [..., 16]
nn.sequential(nn.embedding(100, 16), nn.transformerEncoder(8, 4, 2))
// @ts-expect-error transformerDecoder: takes [batch, time, 8], not [4, 7, 3]
nn.transformerDecoder(8, 4, 2).forward(sequence, memory)

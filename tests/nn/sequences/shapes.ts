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

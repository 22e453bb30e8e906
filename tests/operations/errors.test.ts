import { describe, expect, it } from 'vitest'
import { DTypeError, ShapeError, ShapewiseError } from '../../src/core/errors.js'
import { build, type Node } from '../../src/graph/index.js'
import * as o from '../../src/operations/index.js'

const f = (...shape: number[]): Node => build.input('float32', shape)
const n = (...shape: number[]): Node => build.input('int32', shape)

type Row = readonly [name: string, run: () => unknown, message: string, kind?: typeof ShapewiseError]

const rows: readonly Row[] = [
  [
    'matmul: transposed',
    () => o.matmul(f(128, 784), f(10, 784)),
    'matmul: inner sizes differ: [128, 784] × [10, 784]: 784 ≠ 10. Did you mean to transpose the second argument?',
  ],
  [
    'matmul: the first transposed',
    () => o.matmul(f(784, 128), f(784, 10)),
    'matmul: inner sizes differ: [784, 128] × [784, 10]: 128 ≠ 784. Did you mean to transpose the first argument?',
  ],
  [
    'matmul: neither',
    () => o.matmul(f(128, 784), f(700, 10)),
    'matmul: inner sizes differ: [128, 784] × [700, 10]: 784 ≠ 700. The last axis of the first must be as long as axis 0 of the second.',
  ],
  ['matmul: scalar', () => o.matmul(f(), f(2)), 'matmul: [] × [2]: a scalar is no matrix. Use mul for scalars.'],
  ['matmul: batches', () => o.matmul(f(2, 3, 4), f(3, 4, 5)), 'matmul: shapes [2] and [3] do not broadcast'],
  ['broadcast', () => o.sub(f(128, 10), f(11)), 'sub: shapes [128, 10] and [11] do not broadcast: 10 ≠ 11 on axis 1.'],
  ['axis', () => o.sum(f(2, 3), 2), 'sum: axis 2 is out of range for rank 2. Use an integer from -2 to 1.'],
  ['axis twice', () => o.mean(f(2, 3), [0, -2]), 'mean: axis 0 is given twice'],
  ['empty maximum', () => o.max(f(2, 0), 1), 'max: no elements along axis 1 of [2, 0].'],
  ['empty argMax', () => o.argMax(f(0)), 'argMax: no elements along axis 0 of [0].'],
  ['reshape', () => o.reshape(f(2, 3), [4]), 'reshape: [2, 3] has 6 elements, [4] has 4. The number of elements stays'],
  [
    'reshape −1',
    () => o.reshape(f(2, 3), [4, -1]),
    'reshape: [2, 3] has 6 elements, which do not divide into [4, -1]. 4 must divide 6.',
  ],
  ['reshape −1 −1', () => o.reshape(f(4), [-1, -1]), 'reshape: [-1, -1] has 2 sizes −1.'],
  ['reshape 0 −1', () => o.reshape(f(0), [0, -1]), 'Beside a size 0 a −1 could be anything; write it out.'],
  ['transpose', () => o.transpose(f(3)), 'transpose: [3] has no two axes. Use unsqueeze'],
  [
    'permute',
    () => o.permute(f(2, 3), [0, 0]),
    'permute: [0, 0] is not an order of the 2 axes of [2, 3]. Name each axis once.',
  ],
  ['expand', () => o.expand(f(2, 3), [2, 4]), 'expand: [2, 3] does not stretch to [2, 4].'],
  ['squeeze', () => o.squeeze(f(2, 3), 0), 'squeeze: axis 0 of [2, 3] has size 2.'],
  [
    'slice index',
    () => o.slice(f(2, 3), 2),
    'slice: index 2 is outside axis 0 of [2, 3]. Use a whole number from -2 to 1.',
  ],
  ['slice count', () => o.slice(f(2), null, 0), 'slice: 2 ranges for the 1 axes of [2].'],
  ['slice step', () => o.slice(f(2), [0, 2, 0]), 'slice: [0, 2, 0] is not a range of [2].'],
  [
    'concat',
    () => o.concat([f(2, 3), f(3, 3)], 1),
    'concat: shapes [2, 3] and [3, 3] (number 1) differ outside axis 1.',
  ],
  ['concat of nothing', () => o.concat([]), 'concat: there is nothing to join. Give at least one tensor.'],
  ['stack', () => o.stack([f(2), f(3)]), 'stack: shapes [2] and [3] differ.'],
  [
    'split',
    () => o.split(f(5), 2),
    'split: 5 elements of [5] do not divide into 2 equal parts. Give the sizes of the parts as a list.',
  ],
  ['split sizes', () => o.split(f(5), [2, 2]), 'split: sizes [2, 2] sum to 4, axis 0 of [5] has 5.'],
  ['pad', () => o.pad(f(2, 3), [1]), 'pad: paddings [1] do not fit [2, 3].'],
  ['pad reflect', () => o.pad(f(2), [2], { mode: 'reflect' }), 'pad: a margin of 2 on axis 0 of [2].'],
  ['einsum letters', () => o.einsum('ij,jk->ik', f(2, 3), f(4, 5)), "einsum: 'ij,jk->ik': 'j' is 3 and, in [4, 5], 4."],
  ['einsum operands', () => o.einsum('ij,jk->ik', f(2, 3)), "einsum: 'ij,jk->ik': it names 2 operand(s), 1 are given."],
  ['einsum axes', () => o.einsum('i->i', f(2, 3)), "einsum: 'i->i': 'i' does not name the 2 axes of [2, 3]."],
  ['einsum result', () => o.einsum('i->ij', f(2)), "einsum: 'i->ij': no operand has the axis 'j' of the result."],
  ['einsum syntax', () => o.einsum('i>j', f(2)), "einsum: 'i>j': this is not an equation."],
  [
    'conv channels',
    () => o.conv(f(1, 8, 8, 3), f(3, 3, 1, 4)),
    'conv: input [1, 8, 8, 3] has 3 channels, kernel [3, 3, 1, 4] in 1 group(s) takes 1 and gives 4.',
  ],
  [
    'conv rank',
    () => o.conv(f(8, 8, 3), f(3, 3, 3, 4)),
    'conv: input [8, 8, 3] and kernel [3, 3, 3, 4] have different ranks.',
  ],
  ['conv no image', () => o.conv(f(8, 3), f(3, 4)), 'conv: [8, 3] has no spatial axes.'],
  [
    'conv size',
    () => o.conv(f(1, 2, 2, 1), f(3, 3, 1, 1)),
    'conv: kernel [3, 3, 1, 1] is larger than the padded input [1, 2, 2, 1].',
  ],
  ['maxPool', () => o.maxPool(f(1, 2, 2, 1), 3), 'maxPool: the window [3, 3] is larger than the image [1, 2, 2, 1].'],
  [
    'avgPool padding',
    () => o.avgPool(f(1, 4, 4, 1), 2, { padding: 2 }),
    'avgPool: padding 2 reaches past a window of 2.',
  ],
  [
    'take floats',
    () => o.take(f(3), f(2)),
    "take: indices are float32. Indices are whole numbers; convert with cast('int32').",
    DTypeError,
  ],
  [
    'take mask',
    () => o.take(f(3), build.input('bool', [3])),
    'take: indices are bool. A mask gives a result of unknown size; use where.',
    DTypeError,
  ],
  [
    'takeAlongAxis',
    () => o.takeAlongAxis(f(2, 3), n(2)),
    'takeAlongAxis: [2, 3] and indices [2] have different ranks.',
  ],
  [
    'scatterAdd',
    () => o.scatterAdd(f(3, 2), n(4), f(3, 2)),
    'scatterAdd: updates [3, 2] do not fit the places [4, 2] in [3, 2].',
  ],
  ['topK', () => o.topK(f(3), 4), 'topK: the 4 largest of axis 0 of [3], which has 3. Use a k from 0 to 3.'],
  [
    'where',
    () => o.where(f(2), 1, 0),
    'where: the condition is float32, not bool. Compare it with something',
    DTypeError,
  ],
  ['bitwise', () => o.bitwiseAnd(f(2), f(2)), 'bitwiseAnd: takes integers or booleans, not float32.', DTypeError],
  [
    'pow',
    () => o.pow(n(2), -1),
    "pow: int32 to the power -1 is not a whole number. Convert the base with cast('float32') first.",
    DTypeError,
  ],
  ['arange', () => o.arange(0, 3, 0), 'arange: from 0 to 3 in steps of 0 never ends.', ShapewiseError],
  ['zeros', () => o.zeros([2, -1]), 'zeros: [2, -1] is not a shape.'],
  ['cholesky', () => o.cholesky(f(2, 3)), 'cholesky: [2, 3] is not square.'],
  [
    'solve',
    () => o.solve(f(3, 3), f(2)),
    'solve: [3, 3] and right-hand side [2] do not fit. Give […, 3] or […, 3, k].',
  ],
  ['fft', () => o.fft(f(8)), 'fft: [8] does not hold complex numbers.'],
  [
    'crossEntropy labels',
    () => o.crossEntropy(f(4, 10), n(4, 10)),
    'crossEntropy: logits [4, 10] and labels int32[4, 10] do not fit. Whole-number labels have the shape [4]',
  ],
  [
    'crossEntropy float labels',
    () => o.crossEntropy(f(4, 10), f(4)),
    "Class numbers must be integers: convert them with cast('int32').",
  ],
  [
    'meanSquaredError',
    () => o.meanSquaredError(f(4, 1), f(4)),
    'meanSquaredError: prediction [4, 1] and target [4] differ.',
  ],
]

describe('errors name the operation, the shapes and the cure', () => {
  it.each(rows)('%s', (_, run, message, kind = ShapeError) => {
    expect(run).toThrow(kind)
    expect(run).toThrow(message)
  })
})

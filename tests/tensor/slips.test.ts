import { describe, expect, test } from 'vitest'
import { dataset, floatColumn, labelColumn, mnist } from '../../src/data/index.js'
import {
  backend,
  backendNames,
  compile,
  concat,
  eye,
  grad,
  loadWasmBackend,
  ones,
  random,
  ShapewiseError,
  scan,
  setBackend,
  stack,
  type Tensor,
  tensor,
  Variable,
  vmap,
  zeros,
} from '../../src/index.js'
import { lenet, mlp } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'
import { adam, adamW, cosineDecay, rmsProp, sgd } from '../../src/optim/index.js'
import { evaluate, fit } from '../../src/train/index.js'

// What people write by mistake, in JavaScript or past the type checker, and what they must read then: the cause and the cure.

// biome-ignore lint/suspicious/noExplicitAny: the mistakes are what the types would refuse
type Untyped = any
const model: Untyped = nn.sequential(nn.linear(4, 3))
const x: Untyped = ones([2, 4])
const untyped = (value: unknown): Untyped => value
const data: Untyped = dataset({ inputs: floatColumn(new Float32Array(8), [4]), labels: labelColumn(new Uint8Array(2)) })

const slips: readonly (readonly [name: string, slip: () => unknown, message: string])[] = [
  [
    'zeros(2, 3)',
    () => untyped(zeros)(2, 3),
    'zeros: the shape is a number (2), not a list. Numbers stand in one list: zeros([2, …]).',
  ],
  ['ones(3)', () => untyped(ones)(3), 'ones([3, …])'],
  ['random.normal(2, 3)', () => untyped(random.normal)(2, 3), 'a number (3) stands where options are expected'],
  ['zeros([2], float32)', () => untyped(zeros)([2], 'float'), "there is no dtype 'float'. Did you mean 'float32'?"],
  ['x.cast(int)', () => x.cast('int'), "cast: there is no dtype 'int'. Did you mean 'int32'?"],
  ['x.reshape(2, 2)', () => x.reshape(2, 2), 'Numbers stand in one list: reshape([2, …]).'],
  ['x.permute(1, 0)', () => x.permute(1, 0), 'permute([1, …])'],
  ['concat(a, b)', () => untyped(concat)(x, x), 'Pass the tensors in one list: concat([a, b]).'],
  ['stack(a, b)', () => untyped(stack)(x, x), 'Pass the tensors in one list: stack([a, b]).'],
  [
    'x.add([1, 2])',
    () => x.add([1, 2, 3, 4]),
    'An operand is an Array, not a tensor or number. Make a tensor of it first',
  ],
  ['x.add(promise)', () => x.add(x.sum().item()), 'An operand is a Promise, not a tensor or number. Await it first.'],
  [
    'x.sum({ keepDims })',
    () => x.sum({ keepDims: true }),
    'sum: the axis is an Object. Give a number or a list of numbers.',
  ],
  [
    'keepdim',
    () => x.sum(0, { keepdim: true }),
    "sum: there is no option 'keepdim'. Did you mean 'keepDims'? The only option",
  ],
  [
    'x.mean(0, true)',
    () => x.mean(0, true),
    'mean: a boolean (true) stands where options are expected. Options have names: { keepDims: true }.',
  ],
  ['x.slice("1:2")', () => x.slice('1:2'), 'slice: a string (1:2) is no part of an axis'],
  ['x.at()', () => x.at(), 'at: the index is undefined. Give a whole number.'],
  ['x.topK()', () => x.topK(), 'topK'],
  ['x + y', () => x + x, 'Use methods for arithmetic and comparisons (a.add(b)'],
  ['x > 1', () => x > 1, 'a.less(b)'],
  ['x.shape = …', () => Object.assign(x, { shape: [8] }), 'x.reshape([…]) is another one'],
  ['x.item()', () => x.itemSync(), 'item() reads a single number; use data() or array()'],
  [
    'grad(x.loss)',
    () => untyped(grad)(1),
    'grad: the first argument is a number (1). Pass a tensor and what to differentiate by, or a function',
  ],
  ['compile(f())', () => untyped(compile)(x), 'compile: the first argument is a Tensor. Pass a function'],
  ['compile async', () => compile((async (y: Tensor) => y) as Untyped)(x), 'Make it synchronous'.slice(5)],
  ['compile(f, { jit })', () => untyped(compile)((y: Tensor) => y, { jit: true }), "compile: there is no option 'jit'"],
  [
    'vmap(f, 0)',
    () => untyped(vmap)((y: Tensor) => y, 0),
    'vmap: a number (0) stands where options are expected. Options have names: { inAxes: 0 }.',
  ],
  [
    'vmap in_axes',
    () => untyped(vmap)((y: Tensor) => y, { in_axes: 0 }),
    "there is no option 'in_axes'. Did you mean 'inAxes'?",
  ],
  [
    'scan without a pair',
    () => untyped(scan)((c: Tensor) => c, zeros([4]), x),
    'scan: the body returns a Tensor. Return two things in a list: [carry, output].',
  ],
  [
    'assign(0)',
    () => untyped(new Variable(zeros([]), 'n')).assign(0),
    "the new value of 'n' is a number (0), not a tensor. Make a tensor of it: tensor(…).",
  ],
  [
    'new Variable(0)',
    () => new Variable(untyped(0), 'n'),
    "variable: the first value of 'n' is a number (0), not a tensor",
  ],
  ['setBackend(gpu)', () => setBackend('gpu'), 'gpu'],

  [
    'adam(model, 0.1)',
    () => untyped(adam)(model, 0.1),
    'adam: a number (0.1) stands where options are expected. Options have names: { learningRate: 0.1 }.',
  ],
  [
    'adam(model, { lr })',
    () => untyped(adam)(model, { lr: 1 }),
    "adam: there is no option 'lr'. Did you mean 'learningRate'? Options are learningRate, beta1",
  ],
  ['adam({ lr })', () => untyped(adam)({ lr: 1 }), "adam: there is no option 'lr'. Did you mean 'learningRate'?"],
  [
    'adam(0.1)',
    () => untyped(adam)(0.1),
    'adam: the first argument is a number (0.1). Pass a module or a list of parameters: adam(model, { learningRate: 0.1 }).',
  ],
  [
    'adamW betas',
    () => untyped(adamW)(model, { betas: [0.9, 0.99] }),
    "there is no option 'betas'. Did you mean 'beta1'?",
  ],
  [
    'sgd weight_decay',
    () => untyped(sgd)(model, { weight_decay: 0.1 }),
    "sgd: there is no option 'weight_decay'. Did you mean 'weightDecay'?",
  ],
  ['rmsProp alpha', () => untyped(rmsProp)(model, { alpha: 0.9 }), "rmsProp: there is no option 'alpha'"],
  [
    'adam(learningRate text)',
    () => untyped(adam)(model, { learningRate: '0.1' }),
    'adam: the learning rate is a string (0.1)',
  ],
  ['adam(tensor)', () => untyped(adam)(x), 'adam: the first argument is a Tensor, which has no parameters'],
  [
    'adam([tensor])',
    () => adam(untyped([x])).minimize(x.sum()),
    'a Tensor stands among the parameters. Pass the model, or a list of its parameters: model.parameters().',
  ],
  ['minimize(number)', () => adam(model).minimize(untyped(0.5)), 'adam: the loss is a number (0.5), not a tensor'],
  ['minimize()', () => adam().minimize(x.sum()), 'Make it with a module, adam(model, options), or pass one'],
  [
    'cosineDecay(0.1, 100)',
    () => untyped(cosineDecay)(0.1, 100),
    'cosineDecay: a number (100) stands where options are expected. Options have names: { steps: 100 }.',
  ],

  ['linear(4)', () => untyped(nn.linear)(4), 'linear: the number of outputs is undefined'],
  [
    'linear(4, 3, false)',
    () => untyped(nn.linear)(4, 3, false),
    'linear: a boolean (false) stands where options are expected. Options have names: { bias: false }.',
  ],
  [
    'linear(4, 3, { activation })',
    () => untyped(nn.linear)(4, 3, { activation: 'relu' }),
    "linear: there is no option 'activation'",
  ],
  [
    'conv2d stirde',
    () => untyped(nn.conv2d)(1, 2, 3, { stirde: 2 }),
    "conv2d: there is no option 'stirde'. Did you mean 'stride'?",
  ],
  [
    'maxPool2d(2, 2)',
    () => untyped(nn.maxPool2d)(2, 2),
    'maxPool2d: a number (2) stands where options are expected. Options have names: { stride: 2 }.',
  ],
  ['sequential([a, b])', () => untyped(nn.sequential)([nn.relu(), nn.relu()]), 'sequential: element 0 is an Array'],
  ['nn.relu(1)', () => untyped(nn.relu)(1), 'relu: the argument is a number (1), not a tensor'],
  ['forward(array)', () => model.forward([1, 2, 3, 4]), 'An operand is an Array, not a tensor or number'],
  [
    'crossEntropy(x, [0, 1])',
    () => untyped(nn.crossEntropy)(x, [0, 1]),
    'crossEntropy: the tensor of labels is an Array, not a tensor',
  ],
  [
    'crossEntropy sum',
    () => untyped(nn.crossEntropy)(x, zeros([2], 'int32'), { reduction: 'summ' }),
    "crossEntropy: the reduction is 'summ'. Did you mean 'sum'?",
  ],
  [
    'crossEntropy smoothing',
    () => untyped(nn.crossEntropy)(x, zeros([2], 'int32'), { smoothing: 0.1 }),
    "there is no option 'smoothing'. Did you mean 'labelSmoothing'?",
  ],
  [
    'mlp(784, 10)',
    () => untyped(mlp)([4, 3], { activations: nn.relu }),
    "mlp: there is no option 'activations'. Did you mean 'activation'?",
  ],
  [
    'lenet(10)',
    () => untyped(lenet)(10),
    'lenet: a number (10) stands where options are expected. Options have names: { classes: 10 }.',
  ],
  [
    'fit epoch',
    () => untyped(fit)(model, data, { loss: nn.crossEntropy, optimizer: adam(), epoch: 3 }),
    "fit: there is no option 'epoch'. Did you mean 'epochs'?",
  ],
  [
    'batch_size',
    () => untyped(fit)(model, data, { loss: nn.crossEntropy, optimizer: adam(), batch_size: 3 }),
    "Did you mean 'batchSize'?",
  ],
  [
    'split(0.5, 1)',
    () => data.split(0.5, 1),
    'split: a number (1) stands where options are expected. Options have names: { seed: 1 }.',
  ],
]

describe('slips', () => {
  test.each(slips)('%s', (_, slip, message) => {
    expect(slip).toThrow(ShapewiseError)
    expect(slip).toThrow(message)
  })

  test('options of what answers later', async () => {
    await expect(untyped(mnist)({ generated: { size: 3 } })).rejects.toThrow(
      "mnist generated: there is no option 'size'",
    )
    await expect(untyped(mnist)('folder')).rejects.toThrow('mnist: a string (folder) stands where options are expected')
    await expect(untyped(loadWasmBackend)({ thread: 1 })).rejects.toThrow("Did you mean 'threads'?")
    await expect(untyped(evaluate)(model, data, { batch: 3 })).rejects.toThrow(
      "evaluate: there is no option 'batch'. Did you mean",
    )
  })
})

const LARGE = 1500

describe.each(backendNames())('indices outside of their axis on %s', (name) => {
  const labels = tensor([0, 12], [2], 'int32')
  const failing: readonly (readonly [what: string, run: (x: Tensor, i: Tensor) => Tensor, message: string])[] = [
    [
      'crossEntropy',
      (x, i) => nn.crossEntropy(x, i),
      'crossEntropy: label 12 is outside 0 … 9: the logits have 10 classes.',
    ],
    ['its gradient', (x, i) => grad(nn.crossEntropy(x, i), x), 'crossEntropy: label 12 is outside 0 … 9'],
    [
      'with weights',
      (x, i) => nn.crossEntropy(x, i, { weight: ones([10]) }),
      'crossEntropy: label 12 is outside 0 … 9',
    ],
    [
      'under vmap',
      (x, i) => vmap((x: Tensor, i: Tensor) => nn.crossEntropy(x, i))(x, i),
      'crossEntropy: label 12 is outside 0 … 9',
    ],
    [
      'in a large program',
      (x, i) =>
        nn.crossEntropy(x, i).add(
          eye(LARGE)
            .matmul(ones([LARGE, LARGE]))
            .mean(),
        ),
      'crossEntropy: label 12 is outside 0 … 9',
    ],
    [
      'in a loop',
      (x, i) =>
        scan(
          (c: Tensor, x: Tensor) => [c.add(nn.crossEntropy(x.unsqueeze(0), i.slice([1, 2]))), null],
          zeros([]),
          x,
        )[0],
      'crossEntropy: label 12 is outside 0 … 9',
    ],
    ['take', (x, i) => x.take(i), 'take: index 12 is outside 0 … 1'],
    ['takeAlongAxis', (x, i) => x.takeAlongAxis(i.unsqueeze(1)), 'takeAlongAxis: index 12 is outside 0 … 9'],
    ['scatterAdd', (x, i) => x.scatterAdd(i, 1), 'scatterAdd: index 12 is outside 0 … 1'],
    [
      'scatterAlongAxis',
      (x, i) => x.scatterAlongAxis(i.unsqueeze(1), 1),
      'scatterAlongAxis: index 12 is outside 0 … 9',
    ],
  ]

  test.each(failing)('%s', async (_, run, message) => {
    const before = backend().name
    setBackend(name)
    try {
      await expect((async () => compile(run)(ones([2, 10]), labels).data())()).rejects.toThrow(message)
    } finally {
      setBackend(before)
    }
  })
})

import { cifarResnet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { muon, oneCycle } from 'shapewise/optim'
import { evaluate, fit } from 'shapewise/train'
import { following } from '../../classification.js'
import { Glancing, mirrored, movedByOne } from '../../glancing.js'
import { choice, flag, trainingOptions } from '../../option.js'
import { recipe } from '../../recipe.js'
import { cifar, movedAndMirrored, standardized } from './cifar.js'

export const cifar10Recipe = recipe({
  name: 'cifar10',
  title: 'ResNet-20 tells ten kinds of things apart on small photographs',
  source: 'He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2015',
  literature: {
    accuracy: { value: 0.9125, source: 'He et al. 2015, table 6, ResNet-20: 8.75 % errors after 64,000 steps of 128' },
  },
  shortfall:
    'An eighth of the passes, and the pictures of the JPEG set have lost details: they are 5.8 grey levels from the originals on average.',
  options: {
    ...trainingOptions({ epochs: 20, batchSize: 64, learningRate: 0.05, limit: 0 }),
    precision: choice('float32', ['float32', 'bfloat16', 'float16'], 'of activations; weights are float32'),
    validation: flag(false, 'measure on the last tenth of the training pictures instead of the test set'),
  },
  async run(context) {
    const { batchSize, epochs, learningRate, precision } = context.options
    const { train, test } = await cifar(context, context.options)
    const model = nn.sequential(standardized(), cifarResnet(20, { shortcuts: 'convolution' }))
    const steps = epochs * Math.ceil(train.length / batchSize)
    const begin = performance.now()
    await fit(model, train, {
      loss: (outputs, targets) => nn.crossEntropy(outputs, targets, { labelSmoothing: 0.1 }),
      optimizer: muon({ learningRate: oneCycle(learningRate, { steps }), adamFactor: 0.1 }),
      ...{ epochs, batchSize, precision, augment: movedAndMirrored(4) },
      ...following(context),
    })
    const picturesPerSecond = (epochs * train.length) / ((performance.now() - begin) / 1000)
    const plain = await evaluate(model, test, { batchSize: 500 })
    const views = new Glancing(model, (x) => movedByOne(x).flatMap(mirrored))
    const { accuracy } = await evaluate(views, test, { batchSize: 200 })
    return { accuracy, plainAccuracy: plain.accuracy, picturesPerSecond }
  },
})

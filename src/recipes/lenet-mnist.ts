import { lenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { following, test } from './classification.js'
import { digits } from './digits.js'
import { trainingOptions } from './option.js'
import { recipe } from './recipe.js'

export const lenetMnist = recipe({
  name: 'lenet-mnist',
  title: 'LeNet-5 reads handwritten digits',
  source: 'LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition, 1998',
  literature: { accuracy: { value: 0.9905, source: 'LeCun et al. 1998, LeNet-5 without distortions: 0.95 % errors' } },
  // A part of the data, so that plain loops without native kernels come to an end within two minutes.
  options: trainingOptions({ epochs: 2, batchSize: 32, learningRate: 2e-3, limit: 20_000 }),
  async run({ options, seed, report }) {
    const { epochs, batchSize, learningRate, limit } = options
    const data = await digits(report, limit)
    const model = lenet()
    await fit(model, data.train, {
      loss: nn.crossEntropy,
      optimizer: adam({ learningRate }),
      epochs,
      batchSize,
      seed,
      ...following(report),
    })
    return { ...(await test(report, model, data.test)), trainingPictures: data.train.length }
  },
})

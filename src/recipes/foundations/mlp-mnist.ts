import { mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { following, test } from '../classification.js'
import { digits } from '../digits.js'
import { integer, trainingOptions } from '../option.js'
import { recipe } from '../recipe.js'

export const mlpMnist = recipe({
  name: 'mlp-mnist',
  title: 'One hidden layer reads handwritten digits',
  source: 'Rumelhart, Hinton, Williams, Learning representations by back-propagating errors, 1986',
  literature: { accuracy: { value: 0.915, source: 'introductory lecture on deep learning, one hidden layer' } },
  options: {
    ...trainingOptions({ epochs: 5, batchSize: 64, learningRate: 1e-3, limit: 0 }),
    hidden: integer(128, 'units of the hidden layer'),
  },
  async run(context) {
    const { options, report } = context
    const { epochs, batchSize, learningRate, limit, hidden } = options
    const data = await digits(report, limit)
    const model = mlp([784, hidden, 10])
    await fit(model, data.train, {
      loss: nn.crossEntropy,
      optimizer: adam({ learningRate }),
      epochs,
      batchSize,
      ...following(context),
    })
    return { ...(await test(context, model, data.test)), trainingPictures: data.train.length }
  },
})

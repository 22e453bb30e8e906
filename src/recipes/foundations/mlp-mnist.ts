import { mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam, sgd } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { following, spreads, test } from '../classification.js'
import { digits } from '../digits.js'
import { choice, defaultValues, integer, trainingOptions } from '../option.js'
import { recipe } from '../recipe.js'

const sizes = {
  ...trainingOptions({ epochs: 5, batchSize: 64, learningRate: 1e-3, limit: 0 }),
  hidden: integer(128, 'units of the hidden layer'),
}

/** The network that introductory lectures build by hand: few sigmoid units, and plain gradient descent. */
const lecture = { hidden: 30, learningRate: 0.1 }

export const mlpMnist = recipe({
  name: 'mlp-mnist',
  title: 'One hidden layer reads handwritten digits',
  source: 'Rumelhart, Hinton, Williams, Learning representations by back-propagating errors, 1986',
  literature: { accuracy: { value: 0.915, source: 'introductory lecture on deep learning, one hidden layer' } },
  options: {
    ...sizes,
    preset: choice(
      'relu',
      ['relu', 'lecture'],
      `relu: with Adam; lecture: ${lecture.hidden} sigmoid units by plain gradient descent with rate ${lecture.learningRate}, unless others are given`,
    ),
  },
  async run(context) {
    const { options, report } = context
    const isLecture = options.preset === 'lecture'
    const own = defaultValues(sizes)
    const given = <Name extends keyof typeof lecture>(name: Name): number =>
      isLecture && options[name] === own[name] ? lecture[name] : options[name]
    const { epochs, batchSize, limit } = options
    const learningRate = given('learningRate')
    const data = await digits(report, limit)
    const model = mlp([784, given('hidden'), 10], { activation: isLecture ? nn.sigmoid : nn.relu })
    await fit(model, data.train, {
      loss: nn.crossEntropy,
      optimizer: isLecture ? sgd({ learningRate }) : adam({ learningRate }),
      epochs,
      batchSize,
      callbacks: [spreads(model, data)],
      ...following(context),
    })
    return { ...(await test(context, model, data.test)), trainingPictures: data.train.length }
  },
})

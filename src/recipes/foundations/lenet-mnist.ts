import { backend } from 'shapewise'
import { lenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { following, spreads, test } from '../classification.js'
import { digits } from '../digits.js'
import { trainingOptions } from '../option.js'
import { recipe } from '../recipe.js'

/** Everything, six times: about a minute with native kernels. */
const whole = { epochs: 6, limit: 0 }
/** What plain loops without native kernels manage in two minutes. */
const part = { epochs: 2, limit: 20_000 }

export const lenetMnist = recipe({
  name: 'lenet-mnist',
  title: 'LeNet-5 reads handwritten digits',
  source: 'LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition, 1998',
  literature: { accuracy: { value: 0.9905, source: 'LeCun et al. 1998, LeNet-5 without distortions: 0.95 % errors' } },
  options: trainingOptions({ ...whole, batchSize: 64, learningRate: 3e-3 }),
  async run(context) {
    const { options, report } = context
    const { batchSize, learningRate } = options
    const asDeclared = options.epochs === whole.epochs && options.limit === whole.limit
    const { epochs, limit } = asDeclared && backend().name === 'reference' ? part : options
    if (epochs !== options.epochs) {
      report.log(
        `The reference backend is slow: ${epochs} epochs of a part. For more: --limit 60000 --epochs ${whole.epochs}.`,
      )
    }
    const data = await digits(report, limit)
    const model = lenet()
    const steps = epochs * Math.ceil(data.train.length / batchSize)
    await fit(model, data.train, {
      loss: nn.crossEntropy,
      optimizer: adam({ learningRate: cosineDecay(learningRate, { steps }) }),
      epochs,
      batchSize,
      callbacks: [spreads(model, data)],
      ...following(context),
    })
    return { ...(await test(context, model, data.test)), trainingPictures: data.train.length }
  },
})

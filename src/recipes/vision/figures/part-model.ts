import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam, oneCycle } from 'shapewise/optim'
import { fit, type Model, predict } from 'shapewise/train'
import { following } from '../../classification.js'
import { integer, number } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { foundJoints, heatMapLoss, posesOf } from './heat-maps.js'
import { showFigures, showJoints, showReasons } from './part-pictures.js'
import { offsetsOf, SpatialModel } from './spatial-model.js'
import { CELL, type Figures, joints, stickFigures } from './stick-figures.js'

const BATCH = 32

const options = {
  figures: integer(3000, 'figures to learn from'),
  tests: integer(1000, 'other figures to test on'),
  passes: integer(8, 'passes of the network alone through the figures'),
  more: integer(4, 'more passes, with the spatial model on top and, to compare, without'),
  learningRate: number(0.005, 'the largest step size of the optimizer'),
}
export type Context = RecipeContext<typeof options>

/** A heat map for each joint from 20 × 20 pixels around each place: [batch, 64, 64, 1] → logits [batch, 16, 16, joints]. */
const partDetector = () => {
  const convolution = (inputs: number, outputs: number, kernel: number) => [
    nn.conv2d(inputs, outputs, kernel, { padding: 'same', bias: false }),
    ...[nn.batchNorm2d(outputs), nn.relu()],
  ]
  return nn.sequential(
    ...[...convolution(1, 16, 5), nn.maxPool2d(2), ...convolution(16, 32, 3), nn.maxPool2d(2)],
    ...[...convolution(32, 64, 3), ...convolution(64, 64, 1), nn.conv2d(64, joints.length, 1)],
  ) as nn.Sequential
}

/** The network, and the graph of joints on top of it. */
export class PartModel extends nn.Module {
  constructor(
    readonly detector: nn.Sequential,
    readonly spatial: SpatialModel,
  ) {
    super()
  }

  forward(x: Tensor): Tensor {
    return this.spatial.forward(this.detector.forward(x))
  }
}

export const partModel = recipe({
  name: 'part-model',
  title: 'Joints of figures, each alone and by what all others say about its place',
  source:
    'Tompson, Jain, LeCun, Bregler, Joint training of a convolutional network and a graphical model for human pose estimation, 2014',
  literature: {},
  options,
  async run(context) {
    const { report, options, seed } = context
    const train = stickFigures(options.figures, 2 * seed)
    const test = stickFigures(options.tests, 2 * seed + 1)
    report.data({ name: 'stick figures', description: 'made for this recipe, with clutter and covers', genuine: true })
    const learn = (stage: string, model: Model, passes: number, learningRate: number) => {
      const schedule = oneCycle(learningRate, { steps: passes * Math.ceil(train.length / BATCH) })
      // What is learned of distances are logarithms of small numbers, which have a longer way to go than weights.
      const groups = model instanceof PartModel ? [{ match: /spatial/, learningRateFactor: 10 }] : []
      return fit(model, train, {
        loss: heatMapLoss,
        optimizer: adam({ learningRate: schedule, groups }),
        ...{ epochs: passes, batchSize: BATCH },
        ...following(context, { stage }),
      })
    }
    const detector = partDetector()
    await learn('network', detector, options.passes, options.learningRate)
    const alone = partDetector()
    alone.loadState(await detector.state())
    await learn('network-alone', alone, options.more, options.learningRate / 2)
    const places = train.values('targets').map((pixels) => pixels / CELL)
    const joint = new PartModel(detector, new SpatialModel(offsetsOf(places, joints.length), joints.length))
    await learn('network-and-model', joint, options.more, options.learningRate / 2)

    const [without, together] = [await judge(context, alone, test), await judge(context, joint, test)]
    await showJoints(context, without.shares, together.shares)
    await showFigures(context, test, without, together)
    await showReasons(context, test, joint, without, together)
    const [pckAlone, pckWithModel] = [mean(without.shares), mean(together.shares)]
    return { pckWithModel, pckAlone, gain: pckWithModel - pckAlone }
  },
})

/** What a model says of all figures. */
export interface Judged {
  readonly poses: readonly Float32Array[]
  /** Which joints of each figure are found. */
  readonly found: readonly (readonly boolean[])[]
  /** The part of the figures in which each joint is found. */
  readonly shares: readonly number[]
}

async function judge({ signal }: Context, model: Model, test: Figures): Promise<Judged> {
  const poses = await posesOf(await predict(model, test, { batchSize: 100, signal }))
  const found = poses.map((pose, i) => foundJoints(pose, test.example(i).targets))
  return { poses, found, shares: joints.map((_, k) => mean(found.map((each) => Number(each[k])))) }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

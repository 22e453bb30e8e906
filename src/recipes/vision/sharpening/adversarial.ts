import { compile, concat, type Tensor } from 'shapewise'
import { augment } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam, oneCycle } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import type { PretrainedSqueezenet } from '../squeezenet.js'
import { courseOf, type EnlargerTraining, type OverBicubic, SCALE } from './enlargers.js'
import { type SharpPictures, shrunk } from './sharp-pictures.js'

/** How much being taken for a photograph counts, and the pixels themselves, beside what SqueezeNet sees. */
const ADVERSARIAL = 0.005
const PIXELS = 10
/** Both networks see the pictures cut off by up to so many pixels, so that the grids of their strides lie elsewhere each time, and leave none in what is learned. */
const JITTER = 4

/** Says whether pictures [batch, height, width, 3] are genuine: logits [batch, 1]. Four convolutions, where the paper has eight. */
const judgeOf = (width: number): nn.Layer => {
  const block = (inputs: number, outputs: number) => [
    nn.conv2d(inputs, outputs, 4, { stride: 2, padding: 1 }),
    nn.leakyRelu(0.2),
  ]
  const blocks = [...block(3, width), ...block(width, 2 * width), ...block(2 * width, 4 * width)]
  return nn.sequential(...(blocks as nn.Link[]), nn.globalAvgPool(), nn.linear(4 * width, 1)) as nn.Layer
}

/** |a − b|² / |b|² */
const relative = (a: Tensor, b: Tensor): Tensor => a.sub(b).square().sum().div(b.square().sum()) as Tensor

/**
 * SRGAN: a network that has learned to come near in pixels goes on to learn what looks genuine: SqueezeNet is to see in its pictures what it sees
 * in the originals, and a second network, which learns to tell both apart, is to be wrong. A copy of the network is trained.
 *
 * (Ledig et al., "Photo-realistic single image super-resolution using a generative adversarial network", 2017; there VGG-19 looks at the pictures.)
 */
export async function learnToLookGenuine(
  { report, seed, signal }: Pick<RecipeContext, 'report' | 'seed' | 'signal'>,
  model: OverBicubic,
  squeezenet: PretrainedSqueezenet,
  train: SharpPictures,
  { stage, learningRate, ...wanted }: EnlargerTraining,
): Promise<OverBicubic> {
  const { steps, ...course } = courseOf(train, wanted)
  const judge = judgeOf(24)
  const rate = oneCycle(learningRate, { steps })
  const [optimizer, judgeOptimizer] = [adam(model, { learningRate: rate }), adam(judge, { learningRate: rate })]
  const mirrored = augment.flip({ vertical: 0.5, diagonal: 0.5 })
  const seen = (x: Tensor): Tensor[] => squeezenet.layers(x, ['fire3', 'fire5'])
  const step = compile((given: Tensor) => {
    const sharp = mirrored(given) as Tensor
    const made = model.forward(shrunk(sharp, SCALE))
    const cut = augment.crop({ size: sharp.shape[1]! - JITTER })
    const [x, y] = (cut(concat([made, sharp], -1) as Tensor) as Tensor).split(2, -1) as [Tensor, Tensor]
    const isGenuine = (one: Tensor): Tensor => judge.forward(one as never) as Tensor
    const told = isGenuine(y).neg().softplus().mean().add(isGenuine(x.stopGradient()).softplus().mean()) as Tensor<[]>
    const wanted = seen(y)
    const content = seen(x)
      .map((maps, i) => relative(maps, wanted[i]!))
      .reduce((a, b) => a.add(b) as Tensor)
    const loss = content
      .add(nn.meanAbsoluteError(made, sharp).mul(PIXELS))
      .add(isGenuine(x).neg().softplus().mean().mul(ADVERSARIAL)) as Tensor<[]>
    judgeOptimizer.minimize(told)
    optimizer.minimize(loss)
    return { loss, told, content }
  })
  await trainLoop((batch) => step(batch.tensors().sharp), train, {
    parts: { model, judge, optimizer, judgeOptimizer },
    ...{ ...course, seed, signal },
    onBatch: ({ batch, batches, epoch, examples, metrics }) =>
      report.progress({ stage, epoch, epochs: course.epochs, batch, batches: batches ?? batch, examples, metrics }),
  })
  return model.eval() as OverBicubic
}

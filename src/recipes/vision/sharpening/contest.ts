import { compile, type Tensor } from 'shapewise'
import { espcn, srcnn, srresnet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import type { Model } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import { AllSides } from '../all-sides.js'
import type { PretrainedSqueezenet } from '../squeezenet.js'
import { learnToLookGenuine } from './adversarial.js'
import { type EnlargerTraining, learn, OverBicubic, SCALE } from './enlargers.js'
import { type Judgement, judge } from './judging.js'
import { enlarged, type Kind, shrunk } from './sharp-pictures.js'

/** Bicubic interpolation, the networks, what SRResNet says of a picture and its mirror images, and SRResNet after it has learned to look genuine. */
export const methods = ['bicubic', 'SRCNN', 'ESPCN', 'SRResNet', 'from 8 sides', 'SRGAN'] as const
export type Method = (typeof methods)[number]

/** What a method makes of the pictures that are judged. */
export interface Result {
  readonly made: Tensor
  readonly judgement: Judgement
  readonly parameters: number
}
export type Results = Readonly<Record<Method, Result>>

/** How many steps for one of SRResNet's, and the highest learning rate. */
const settings = {
  SRCNN: { share: 0.5, learningRate: 0.02 },
  ESPCN: { share: 1, learningRate: 0.02 },
  SRResNet: { share: 1, learningRate: 0.02 },
  SRGAN: { share: 0.2, learningRate: 5e-4 },
} as const

/** All networks are narrower than those of the papers, and work on three channels. */
const networks = {
  SRCNN: () => new OverBicubic(srcnn({ channels: 3, widths: [32, 16] }), 'enlarged'),
  ESPCN: () => new OverBicubic(espcn({ channels: 3, scale: SCALE })),
  SRResNet: () => new OverBicubic(srresnet({ width: 32, blocks: 6, window: 3, batchNorm: false })),
} as const

/** Teaches all methods one kind of pictures, and judges what they make of others. */
export async function contest(
  context: Pick<RecipeContext, 'report' | 'seed' | 'signal'> & { readonly options: { readonly steps: number } },
  squeezenet: PretrainedSqueezenet,
  name: string,
  { train, judged }: Kind,
): Promise<Results> {
  const small = shrunk(judged, SCALE)
  await small.data()
  const results: Partial<Record<Method, Result>> = {}
  const show = async (method: Method, model: Model): Promise<void> => {
    const made = compile((x: Tensor) => model.forward(x) as Tensor)(small)
    await made.data()
    const judgement = await judge(made, judged, SCALE)
    results[method] = { made, judgement, parameters: model.parameterCount() }
    const { psnr, ssim, sharpness } = judgement
    context.report.log(
      `${name}, ${method}: ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(3)}, sharpness ${sharpness.toFixed(2)}`,
    )
  }
  const trainingOf = (method: keyof typeof settings): EnlargerTraining => ({
    ...{
      stage: `${name} ${method}`,
      batchSize: Math.min(16, train.length),
      learningRate: settings[method].learningRate,
    },
    steps: settings[method].share * context.options.steps,
  })
  await show('bicubic', nn.lambda((x: Tensor) => enlarged(x, SCALE)) as Model)
  let model: OverBicubic | undefined
  for (const method of ['SRCNN', 'ESPCN', 'SRResNet'] as const) {
    model = await learn(context, networks[method](), train, trainingOf(method))
    await show(method, model)
  }
  await show('from 8 sides', new AllSides(model!, 8))
  await show('SRGAN', await learnToLookGenuine(context, model!, squeezenet, train, trainingOf('SRGAN')))
  return results as Results
}

import { compile, type Tensor } from 'shapewise'
import { espcn, srcnn, srresnet } from 'shapewise/models'
import type { RecipeContext } from '../../recipe.js'
import type { PretrainedSqueezenet } from '../squeezenet.js'
import { learnToLookGenuine } from './adversarial.js'
import { type EnlargerTraining, learn, OverBicubic, SCALE } from './enlargers.js'
import { type Judgement, judge } from './judging.js'
import { enlarged, type Kind, shrunk } from './sharp-pictures.js'

export const methods = ['bicubic', 'SRCNN', 'ESPCN', 'SRResNet', 'SRGAN'] as const
export type Method = (typeof methods)[number]

/** What a method makes of the pictures that are judged. */
export interface Result {
  readonly method: Method
  readonly made: Tensor
  readonly judgement: Judgement
  readonly parameters: number
}

/** How many steps for one of SRResNet's, and the highest learning rate. */
const settings = {
  SRCNN: { share: 0.5, learningRate: 1e-3 },
  ESPCN: { share: 1, learningRate: 2e-3 },
  SRResNet: { share: 1, learningRate: 2e-3 },
  SRGAN: { share: 0.2, learningRate: 5e-4 },
} as const

/** All networks are narrower than those of the papers, and work on three channels. */
const networks = {
  SRCNN: () => new OverBicubic(srcnn({ channels: 3, widths: [32, 16] }), 'enlarged'),
  ESPCN: () => new OverBicubic(espcn({ channels: 3, scale: SCALE })),
  SRResNet: () => new OverBicubic(srresnet({ width: 24, blocks: 4, window: 3, batchNorm: false })),
} as const

/** Teaches all methods one kind of pictures, and judges what they make of others. */
export async function contest(
  context: Pick<RecipeContext, 'report' | 'seed' | 'signal'> & { readonly options: { readonly steps: number } },
  squeezenet: PretrainedSqueezenet,
  name: string,
  { train, judged }: Kind,
): Promise<readonly Result[]> {
  const small = shrunk(judged, SCALE)
  await small.data()
  const results: Result[] = []
  const show = async (method: Method, parameters: number, enlarge: (x: Tensor) => Tensor): Promise<void> => {
    const made = enlarge(small)
    await made.data()
    results.push({ method, made, parameters, judgement: await judge(made, judged, SCALE) })
    const { psnr, ssim, sharpness } = results.at(-1)!.judgement
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
  await show('bicubic', 0, (x) => enlarged(x, SCALE))
  let model: OverBicubic | undefined
  for (const method of ['SRCNN', 'ESPCN', 'SRResNet'] as const) {
    model = await learn(context, networks[method](), train, trainingOf(method))
    await show(
      method,
      model.parameterCount(),
      compile((x: Tensor) => model!.forward(x)),
    )
  }
  await learnToLookGenuine(context, model!, squeezenet, train, trainingOf('SRGAN'))
  await show(
    'SRGAN',
    model!.parameterCount(),
    compile((x: Tensor) => model!.forward(x)),
  )
  return results
}

import type { Tensor } from 'shapewise'
import { augment, connectedComponents, nuclei, type SegmentationDataset } from 'shapewise/data'
import { ObjectScores, Overlap, objectScores, overlap } from 'shapewise/metrics'
import { unet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { muon, oneCycle } from 'shapewise/optim'
import { fit, predict } from 'shapewise/train'
import { following } from '../../classification.js'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { flag, integer, number } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { AllSides } from '../all-sides.js'
import { outlined } from './borders.js'
import { nucleiExamples, SIDE } from './nuclei-targets.js'

const BATCH = 16
/** Of the pieces to learn from. */
const PIECE = 96
const ZHOU = 'Zhou et al. 2018, UNet++, table 3: U-Net, 670 pictures of all kinds, 96 × 96'

const options = {
  passes: integer(20, 'pieces of each picture to learn from'),
  limit: integer(0, 'learn from the first so many pictures; 0 for all', { minimum: 0 }),
  learningRate: number(0.05, 'the largest step size of the optimizer'),
  validation: flag(false, 'measure on the last fifth of the training pictures instead of the test set'),
}
type Context = RecipeContext<typeof options>
type Pictures = SegmentationDataset<256, 256>

/** Turned, mirrored and resized as they may lie under a microscope, and bent as tissue is. */
const deformation = augment.compose(
  augment.crop({ size: PIECE + 32 }),
  augment.flip({ vertical: 0.5 }),
  augment.affine({ degrees: 180, scale: [0.8, 1.25], padding: 'reflection' }),
  augment.elastic({ distance: 1.5, sigma: 5, padding: 'reflection' }),
  augment.crop({ size: PIECE }),
)

/** Yes or no for each pixel, each with its weight, and how much of what is found and what is there is not common to both, over the whole batch. */
const pixelAndOverlapLoss = (logits: Tensor, targets: Tensor): Tensor<[]> => {
  const [inside, weight] = [targets.slice(':', ':', ':', [0, 1]), targets.slice(':', ':', ':', [1, 2])] as Tensor[]
  const losses = nn.binaryCrossEntropy(logits, inside!, { reduction: 'none' })
  const apart = nn.diceLoss(logits.sigmoid().reshape([1, -1, 1]), inside!.reshape([1, -1, 1]))
  return losses.mul(weight!).sum().div(weight!.sum()).add(apart.div(2)) as Tensor<[]>
}

export const unetNuclei = recipe({
  name: 'unet-nuclei',
  title: 'U-Net finds the nuclei of cells, and keeps apart those that touch',
  source:
    'Ronneberger, Fischer, Brox, U-Net: convolutional networks for biomedical image segmentation, 2015; Caicedo et al., Nucleus segmentation across imaging experiments, 2019',
  literature: { iou: { value: 0.908, source: ZHOU } },
  shortfall:
    'Half as many pictures; and the large dense nuclei, which hold most of the pixels, were outlined closely in some pictures and generously in others.',
  options,
  async run(context) {
    const { report, options } = context
    const { source, ...parts } = await nuclei()
    report.data({ name: 'cell nuclei', description: source.description, genuine: source.genuine })
    const { train, test } = options.validation ? held(parts.train) : parts
    const learned = nucleiExamples(options.limit === 0 ? train : train.take(options.limit))
    const model = unet({ channels: 1, classes: 1, width: 12, depth: 3, padding: 'same', batchNorm: true, dropout: 0 })
    const steps = options.passes * Math.ceil(learned.length / BATCH)
    await fit(model, learned, {
      loss: pixelAndOverlapLoss,
      optimizer: muon({ learningRate: oneCycle(options.learningRate, { steps }), adamFactor: 0.1 }),
      ...{ epochs: options.passes, batchSize: BATCH, augment: deformation },
      ...following(context),
    })
    const logits = await predict(new AllSides(model, 4), nucleiExamples(test), { batchSize: 4, signal: context.signal })
    const masks = Array.from(await logits.data(), (logit) => (logit > 0 ? 1 : 0))
    return await judge(context, test, masks)
  },
})

/** The last fifth of pictures to judge on, the others to learn from. */
function held(pictures: Pictures): { readonly train: Pictures; readonly test: Pictures } {
  const numbers = Array.from({ length: pictures.length }, (_, i) => i)
  const first = Math.round(0.8 * pictures.length)
  return { train: pictures.take(first), test: pictures.subset(numbers.slice(first)) }
}

/** How much of the pixels and of the objects is found, as numbers and as borders. */
async function judge(context: Context, test: Pictures, masks: readonly number[]) {
  const thresholds = [0.5, 0.6, 0.7, 0.8, 0.9]
  const [area, objects] = [new Overlap({ classes: 2 }), thresholds.map((at) => new ObjectScores({ overlap: at }))]
  const pictures = Array.from({ length: test.length }, (_, i) => {
    const mask = masks.slice(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)
    const { inputs, labels } = test.example(i)
    const found = connectedComponents(mask, { width: SIDE, height: SIDE })
    const inside = labels.map((label) => (label > 0 ? 1 : 0))
    area.update(mask, inside)
    const [claims, truth] = [found, labels].map((numbers) => [Array.from(numbers)])
    for (const one of objects) one.update(claims!, truth!)
    return { inputs, labels, found, iou: overlap(mask, inside).iou[1] ?? 0, f1: objectScores(claims!, truth!).f1 }
  })
  const { f1: objectF1, recall, precision } = objects[0]!.result()
  await figure(context, '1-the-more-exact-the-borders-the-fewer-objects', {
    title: 'Nuclei found, by how exact their borders have to be',
    x: { label: 'overlap of found and true nucleus that counts as found (intersection / union)' },
    y: { label: 'F1 of objects', from: 0, to: 1 },
    series: [{ x: thresholds, y: objects.map((one) => one.result().f1) }],
  })
  const meanPictureIou = pictures.reduce((sum, { iou }) => sum + iou, 0) / pictures.length
  pictures.sort((a, b) => a.iou - b.iou)
  const shown = [0.02, 0.08, 0.2, 0.4, 0.7, 1].map((part) => pictures[Math.round(part * (pictures.length - 1))]!)
  await gallery(context, '2-found-and-true-borders', {
    title: 'From bad to good: true borders green, found ones magenta, both white',
    ...{ scale: 'ink', columns: 3 },
    pictures: shown.map(({ inputs, labels, found, iou, f1 }) => ({
      ...outlined(inputs, labels, found, SIDE),
      caption: `IoU ${iou.toFixed(2)}, F1 ${f1.toFixed(2)}`,
    })),
  })
  return {
    ...{ iou: area.result().iou[1]!, meanPictureIou },
    ...{ objectF1, objectPrecision: precision, objectRecall: recall },
  }
}

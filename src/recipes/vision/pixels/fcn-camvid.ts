import { fcn, segnet, unet } from 'shapewise/models'
import { muon, oneCycle } from 'shapewise/optim'
import { fit, type Model } from 'shapewise/train'
import { following } from '../../classification.js'
import { integer, number } from '../../option.js'
import { recipe } from '../../recipe.js'
import { percents, showStreets } from './street-pictures.js'
import { OUTPUTS, otherStreets, pixelLoss, type StreetScores, score, streetOptions, streets } from './streets.js'

const BATCH = 4
const PUBLISHED = '367 pictures of 360 × 480'

/** The three, eight times as narrow as their papers; all normalise over the batch, since none begins with trained weights. */
const networks = {
  FCN: () => fcn(8, { classes: OUTPUTS, width: 8, hidden: 64, padding: 'same', batchNorm: true, dropout: 0.2 }),
  SegNet: () => segnet({ classes: OUTPUTS, width: 8 }),
  'U-Net': () => unet({ channels: 3, classes: OUTPUTS, width: 8, padding: 'same', batchNorm: true, dropout: 0.2 }),
} as const satisfies Readonly<Record<string, () => Model>>

export const fcnCamvid = recipe({
  name: 'fcn-camvid',
  title: 'Three ways back to the full size: FCN, SegNet and U-Net on the same streets',
  source:
    'Long, Shelhamer, Darrell, Fully convolutional networks for semantic segmentation, 2015; Badrinarayanan, Kendall, Cipolla, SegNet, 2017; Ronneberger, Fischer, Brox, U-Net, 2015',
  literature: {
    segnetPixelAccuracy: { value: 0.886, source: `SegNet, ${PUBLISHED}, first weights of VGG` },
    segnetClassAccuracy: { value: 0.659, source: `SegNet, ${PUBLISHED}, classes weighted by their frequency` },
    segnetMeanIou: { value: 0.502, source: `SegNet, ${PUBLISHED}` },
    unetPixelAccuracy: { value: 0.844, source: `U-Net, ${PUBLISHED}` },
    unetClassAccuracy: { value: 0.628, source: `U-Net, ${PUBLISHED}` },
    unetMeanIou: { value: 0.498, source: `U-Net, ${PUBLISHED}` },
  },
  options: {
    passes: integer(40, 'times each picture is seen, in other light and from elsewhere'),
    ...streetOptions,
    learningRate: number(0.03, 'the largest step size of the optimizer'),
  },
  shortfall:
    'A ninth of the pictures at 3.75 times less resolution, an eighth of the width and no trained first weights.',
  async run(context) {
    const { report, options, signal } = context
    const data = await streets(report, options)
    const steps = options.passes * Math.ceil(data.train.length / BATCH)
    const seen: { readonly name: string; readonly parameters: number; readonly scores: StreetScores }[] = []
    for (const [name, make] of Object.entries(networks)) {
      const model: Model = make() as unknown as Model
      await fit(model, data.train, {
        loss: pixelLoss,
        optimizer: muon({ learningRate: oneCycle(options.learningRate, { steps }), adamFactor: 0.1 }),
        ...{ epochs: options.passes, batchSize: BATCH, augment: otherStreets },
        ...following(context, { stage: name.toLowerCase() }),
      })
      seen.push({ name, parameters: model.parameterCount(), scores: await score(model, data, signal) })
    }
    report.table({
      title: `Test pictures of CamVid, %, after ${data.train.length} others`,
      columns: ['', 'parameters', 'pixels', 'mean of classes', 'mean IoU'],
      rows: [
        ...seen.map(({ name, parameters, scores }) => [name, parameters.toLocaleString('en-US'), ...percents(scores)]),
        [`SegNet, ${PUBLISHED}`, '29,449,932', '88.6', '65.9', '50.2'],
        [`U-Net, ${PUBLISHED}`, '31,030,658', '84.4', '62.8', '49.8'],
      ],
    })
    await showStreets(context, data, seen, {
      classes: 'What three networks find of each class',
      pictures: 'What three networks see that learned from 40 streets',
    })
    return Object.fromEntries(
      seen.flatMap(({ name, scores }) => {
        const key = name.toLowerCase().replace('-', '')
        return [
          [`${key}PixelAccuracy`, scores.pixelAccuracy],
          [`${key}ClassAccuracy`, scores.classAccuracy],
          [`${key}MeanIou`, scores.meanIou],
        ]
      }),
    )
  },
})

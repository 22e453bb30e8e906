import { fcn, segnet, unet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adamW, muon, oneCycle } from 'shapewise/optim'
import { fit, type Model } from 'shapewise/train'
import { following } from '../../classification.js'
import { integer } from '../../option.js'
import { recipe } from '../../recipe.js'
import { pretrainedSqueezenet } from '../squeezenet.js'
import { evenLight } from './multiscale.js'
import { SqueezedFcn } from './squeezed-fcn.js'
import { percents, type Seen, showStreets } from './street-pictures.js'
import { judge, opinions } from './street-scores.js'
import { OUTPUTS, otherStreets, pixelLoss, streetOptions, streets } from './streets.js'

const BATCH = 4
const PUBLISHED = '367 pictures of 360 × 480'

/** With an eighth of the published width. They normalise over the batch, since they begin with weights by chance. */
const small = { classes: OUTPUTS, width: 8 } as const
const normalized = { padding: 'same', batchNorm: true, dropout: 0.2 } as const
const evenly = (model: nn.Layer): Model => nn.sequential(nn.lambda(evenLight), model) as nn.Layer as Model

/** The published ones, and FCN's way up from the layers of SqueezeNet, which begin by chance or as they were learned on photographs. */
const networks = [
  { name: 'FCN', metric: 'fcn', make: () => evenly(fcn(8, { ...small, ...normalized, hidden: 64 })) },
  { name: 'SegNet', metric: 'segnet', make: () => evenly(segnet(small)) },
  { name: 'U-Net', metric: 'unet', make: () => evenly(unet({ channels: 3, ...small, ...normalized })) },
  { name: 'SqueezeNet', metric: 'squeezenet', make: () => new SqueezedFcn(OUTPUTS), adam: {} },
  {
    ...{ name: 'ImageNet first', metric: 'imagenet' },
    make: async () => new SqueezedFcn(OUTPUTS, (await (await pretrainedSqueezenet()).copy()).model),
    // What was learned before is changed little.
    adam: { groups: [{ match: /^trunk/, learningRateFactor: 0.2 }] },
  },
] as const

export const fcnCamvid = recipe({
  name: 'fcn-camvid',
  title: 'FCN, SegNet and U-Net on the same streets, and what ImageNet is worth there',
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
  options: { passes: integer(24, 'times each picture is seen, in other light and from elsewhere'), ...streetOptions },
  shortfall: 'A seventh of the pictures with 3.75 times less resolution, and an eighth of the width.',
  async run(context) {
    const { report, options, signal } = context
    const data = await streets(report, options)
    const steps = options.passes * Math.ceil(data.train.length / BATCH)
    const seen: (Seen & { readonly metric: string; readonly parameters: number })[] = []
    for (const { name, metric, make, ...rest } of networks) {
      const model: Model = await make()
      const optimizer =
        'adam' in rest
          ? adamW({ learningRate: oneCycle(0.002, { steps }), ...rest.adam })
          : muon({ learningRate: oneCycle(0.03, { steps }), adamFactor: 0.1 })
      await fit(model, data.train, {
        ...{ loss: pixelLoss, optimizer, epochs: options.passes, batchSize: BATCH, augment: otherStreets },
        ...following(context, { stage: metric }),
      })
      const scores = await judge(await opinions(model, data, signal), data)
      seen.push({ name, metric, parameters: model.parameterCount(), scores })
    }
    report.table({
      title: `Test pictures of CamVid, %, after ${data.train.length} others`,
      columns: ['', 'parameters', 'pixels', 'of four kinds', 'mean of classes', 'mean IoU'],
      rows: [
        ...seen.map(({ name, parameters, scores }) => [name, parameters.toLocaleString('en-US'), ...percents(scores)]),
        [`SegNet, ${PUBLISHED}`, '29,449,932', '88.6', '', '65.9', '50.2'],
        [`U-Net, ${PUBLISHED}`, '31,030,658', '84.4', '', '62.8', '49.8'],
      ],
    })
    await showStreets(context, data, seen, {
      classes: 'What is found of each class from streets alone, and knowing photographs',
      pictures: `What networks see after ${data.train.length} streets; the last one knew photographs before`,
    })
    return Object.fromEntries(
      seen.flatMap(({ metric, scores }) => [
        [`${metric}PixelAccuracy`, scores.pixelAccuracy],
        [`${metric}ClassAccuracy`, scores.classAccuracy],
        [`${metric}MeanIou`, scores.meanIou],
      ]),
    )
  },
})

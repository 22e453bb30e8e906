import { muon, oneCycle } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { following } from '../../classification.js'
import { integer, number } from '../../option.js'
import { recipe } from '../../recipe.js'
import { Multiscale } from './multiscale.js'
import { percents, type Seen, showStreets } from './street-pictures.js'
import { byPlace, judge, opinions } from './street-scores.js'
import { OUTPUTS, otherStreets, pixelLoss, streetOptions, streets } from './streets.js'

const BATCH = 4
const FARABET = 'Farabet et al. 2013, table 1: Stanford background, 572 pictures of 8 classes'

export const pixelLabelling = recipe({
  name: 'pixel-labelling',
  title: 'A label for each pixel of a street, by what is around it in three sizes',
  source: 'Farabet, Couprie, Najman, LeCun, Learning hierarchical features for scene labeling, 2013',
  literature: {
    pixelAccuracy: { value: 0.788, source: FARABET },
    classAccuracy: { value: 0.724, source: FARABET },
    oneSizePixelAccuracy: { value: 0.66, source: FARABET },
    oneSizeClassAccuracy: { value: 0.565, source: FARABET },
  },
  options: {
    passes: integer(40, 'times each picture is seen, in other light and from elsewhere'),
    ...streetOptions,
    learningRate: number(0.03, 'the largest step size of the optimizer'),
  },
  shortfall:
    'Fifty pictures, of which poles, signs, fences and people are a hundredth each; and three sizes were no better than one here, perhaps because the window of one sees half the height of pictures as small as these.',
  async run(context) {
    const { report, options, signal } = context
    const data = await streets(report, options)
    const steps = options.passes * Math.ceil(data.train.length / BATCH)
    const place = await judge(byPlace(data), data)
    const seen: Seen[] = []
    for (const [name, scales] of [['one size', 1] as const, ['three sizes', 3] as const]) {
      const model = new Multiscale({ scales, maps: [16, 48, 96], classes: OUTPUTS })
      await fit(model, data.train, {
        loss: pixelLoss,
        optimizer: muon({ learningRate: oneCycle(options.learningRate, { steps }), adamFactor: 0.1 }),
        ...{ epochs: options.passes, batchSize: BATCH, augment: otherStreets },
        ...following(context, { stage: name.replace(' ', '-') }),
      })
      seen.push({ name, scores: await judge(await opinions(model, data, signal), data) })
    }
    const [one, three] = seen.map(({ scores }) => scores)
    report.table({
      title: `Test pictures of CamVid, %, after ${data.train.length} others`,
      columns: ['', 'pixels', 'of four kinds', 'mean of classes', 'mean IoU'],
      rows: [
        ['what is most often at the place', ...percents(place)],
        ...seen.map(({ name, scores }) => [name, ...percents(scores)]),
      ],
    })
    await showStreets(context, data, seen, {
      classes: 'What is found of each class, seen in one size and in three',
      pictures: 'Streets seen in one size, 46 × 46 pixels around each place, and in three',
    })
    return {
      pixelAccuracy: three!.pixelAccuracy,
      classAccuracy: three!.classAccuracy,
      meanIou: three!.meanIou,
      fourKindsAccuracy: three!.fourKindsAccuracy,
      oneSizePixelAccuracy: one!.pixelAccuracy,
      oneSizeClassAccuracy: one!.classAccuracy,
      placePixelAccuracy: place.pixelAccuracy,
    }
  },
})

import { augment, nuclei } from 'shapewise/data'
import { calibration, rocCurve } from 'shapewise/metrics'
import * as nn from 'shapewise/nn'
import { adamW, oneCycle } from 'shapewise/optim'
import { fit, predict } from 'shapewise/train'
import { following } from '../../classification.js'
import { integer, number } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { percent } from '../../report.js'
import { cheapest, type Judgements, ratesAt, sigmoid, temperature } from './judging.js'
import { LookingNet } from './looking-net.js'
import { pointing, showLooks } from './looks.js'
import { type Crops, cropsOf } from './nuclei-crops.js'
import { showCalibration, showCosts, showRoc } from './shown-decisions.js'
import { judgeTumours } from './tumours.js'

const BATCH = 64

export const medical = recipe({
  name: 'medical',
  title: 'Yes or no in medicine: misses, false alarms, and what each costs',
  source:
    'Street, Wolberg, Mangasarian, Nuclear feature extraction for breast tumor diagnosis, 1993; Zhou et al., Learning deep features for discriminative localization, 2016; Guo et al., On calibration of modern neural networks, 2017; Elkan, The foundations of cost-sensitive learning, 2001',
  literature: {},
  options: {
    passes: integer(8, 'passes of the network through pieces of pictures'),
    limit: integer(0, 'learn from the first so many pictures; 0 for all', { minimum: 0 }),
    missCost: number(10, 'what a case that is missed costs, where a false alarm costs 1'),
  },
  async run(context) {
    const { report, options, seed } = context
    const tumours = await judgeTumours(context)
    const { train, test, source } = await nuclei()
    report.data({ name: 'cell nuclei', description: source.description, genuine: source.genuine })
    const some = options.limit === 0 ? train : train.take(options.limit)
    const [seen, aside] = some.split(0.8, { seed })
    const [learned, kept, tested] = [cropsOf(seen), cropsOf(aside), cropsOf(test)]

    const model = new LookingNet()
    const steps = options.passes * Math.ceil(learned.length / BATCH)
    await fit(model, learned, {
      ...{ loss: nn.crossEntropy, epochs: options.passes, batchSize: BATCH, validation: kept },
      optimizer: adamW({ learningRate: oneCycle(4e-3, { steps }), weightDecay: 0.02 }),
      augment: augment.compose(augment.flip(), augment.colourJitter({ brightness: 0.2, contrast: 0.2 })),
      ...following(context, { measured: 'validation' }),
    })
    const logits = await logitsOf(model, kept)
    const heat = temperature(logits, [...kept.values('labels')])
    const testLogits = await logitsOf(model, tested)
    const truth = [...tested.values('labels')]
    const raw: Judgements = { truth, probabilities: testLogits.map(sigmoid) }
    const nucleiFound: Judgements = { truth, probabilities: testLogits.map((logit) => sigmoid(logit / heat)) }

    const threshold = cheapest(options.missCost)
    const table = ratesAt(tumours, threshold, options.missCost)
    const picture = ratesAt(nucleiFound, threshold, options.missCost)
    const even = ratesAt(nucleiFound, 0.5, options.missCost)
    tellRates(context, tumours, nucleiFound)
    await showRoc(context, { tumours, nuclei: nucleiFound }, threshold)
    await showCalibration(context, { tumours, nuclei: nucleiFound })
    await showCosts(context, { tumours, nuclei: nucleiFound }, options.missCost)
    const looked = await pointing(model, tested)
    await showLooks(context, model, tested)
    return {
      ...{ tableAuc: areaOf(tumours), tableSensitivity: table.sensitivity, tableSpecificity: table.specificity },
      ...{ pictureAuc: areaOf(nucleiFound), pictureSensitivity: picture.sensitivity },
      ...{ pictureSpecificity: picture.specificity, cost: picture.cost, costAtOneHalf: even.cost },
      ...{ calibrationError: errorOf(nucleiFound), calibrationErrorBefore: errorOf(raw), temperature: heat },
      ...looked,
    }
  },
})

/** How much the network speaks for a nucleus rather than none, for each piece. */
async function logitsOf(model: LookingNet, crops: Crops): Promise<number[]> {
  const logits = await (await predict(model, crops)).data()
  return Array.from({ length: crops.length }, (_, i) => logits[2 * i + 1]! - logits[2 * i]!)
}

const areaOf = ({ probabilities, truth }: Judgements): number => rocCurve(probabilities, truth).area

/** Both answers have a probability, and the larger one is the confidence. */
const errorOf = ({ probabilities, truth }: Judgements): number =>
  calibration(
    probabilities.map((p) => [1 - p, p]),
    truth,
  ).error

/** What comes of either threshold. */
function tellRates({ report, options }: RecipeContext, tumours: Judgements, nuclei: Judgements): void {
  const missCost = Number(options.missCost)
  const rows = [0.5, cheapest(missCost)].flatMap((threshold) =>
    Object.entries({ tumours, nuclei }).map(([name, judged]) => {
      const { sensitivity, specificity, cost } = ratesAt(judged, threshold, missCost)
      return [name, percent(threshold), percent(sensitivity), percent(specificity), cost.toFixed(3)]
    }),
  )
  report.table({
    title: `What comes of saying yes from a probability on, where a miss costs ${missCost} false alarms`,
    columns: ['', 'yes from', 'sensitivity', 'specificity', 'cost per case'],
    rows,
  })
}

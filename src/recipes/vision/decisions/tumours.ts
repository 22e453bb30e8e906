import type { Tensor } from 'shapewise'
import { breastCancer, fitNormalizer } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adamW, cosineDecay } from 'shapewise/optim'
import { fit, predict } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import { type Judgements, sigmoid } from './judging.js'

const [FOLDS, EPOCHS, BATCH] = [5, 40, 32]

/** Logistic regression on 30 measurements of each tumour's nuclei: every one of 569 is judged by what was learned from four fifths of the others. */
export async function judgeTumours({ report, seed, signal }: RecipeContext): Promise<Judgements> {
  const { data, classes, source } = await breastCancer()
  report.data({ name: 'tumours', description: source.description, genuine: source.genuine })
  const malignant = classes.indexOf('M')
  const [probabilities, truth]: [number[], number[]] = [[], []]
  for (const [fold, [train, test]] of data.kFold(FOLDS, { stratify: 'labels', seed }).entries()) {
    // The scales of the columns are learned from the training part alone, as the weights are.
    const scales = fitNormalizer(train, 'inputs')
    const model = nn.sequential((x: Tensor) => scales.normalize(x), nn.linear(30, 2)) as nn.Layer
    const learningRate = cosineDecay(0.02, { steps: EPOCHS * Math.ceil(train.length / BATCH) })
    await fit(model, train, {
      ...{ loss: nn.crossEntropy, optimizer: adamW({ learningRate, weightDecay: 0.1 }) },
      ...{ epochs: EPOCHS, batchSize: BATCH, seed, signal },
    })
    const logits = await (await predict(model, test)).data()
    test.values('labels').forEach((label, i) => {
      probabilities.push(sigmoid(logits[2 * i + malignant]! - logits[2 * i + 1 - malignant]!))
      truth.push(Number(label === malignant))
    })
    report.progress({ stage: 'tumours', batch: fold + 1, batches: FOLDS, examples: truth.length, metrics: {} })
  }
  return { probabilities, truth }
}

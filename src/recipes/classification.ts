import type { DigitDataset } from 'shapewise/data'
import { crossEntropy } from 'shapewise/nn'
import type { BatchProgress, Callback, ClassEvaluation, Epoch, Model, Score } from 'shapewise/train'
import { evaluate, histograms, layerHistograms, mistakes, writeReport } from 'shapewise/train'
import type { RecipeContext } from './recipe.js'
import type { Cell, Metrics, Picture, Reporter } from './report.js'

const TEST_BATCH = 250
const SHOWN_MISTAKES = 6
const LOOKED_AT = 128

/**
 * What `fit` is told in a recipe: where to store the run, and how the report follows.
 *
 * @param options.measured what the data for the validation are called
 * @param options.stage in kebab-case, of one of several trainings: names it in the report, and its part of the folder
 */
export const following = (
  { report, folder, resume, signal, seed }: RecipeContext,
  { measured = 'test', stage }: { readonly measured?: string; readonly stage?: string } = {},
) => ({
  ...{ folder: stage === undefined ? folder : folder.within(stage), resume, signal, seed },
  onNote: (text: string) => report.log(text),
  onBatch({ epoch, epochs, batch, batches, examples, ...score }: BatchProgress): void {
    report.progress({ ...(stage && { stage }), epoch, epochs, batch, batches, examples, metrics: scores(score) })
  },
  onEpoch({ epoch, epochs, validation, ...score }: Epoch): Promise<void> {
    const unseen = Object.entries(validation === undefined ? {} : scores(validation))
    const named = unseen.map(([name, value]) => [`${measured}${name[0]!.toUpperCase()}${name.slice(1)}`, value])
    const metrics = { ...scores(score), ...Object.fromEntries(named) }
    return report.epoch({ ...(stage && { stage }), epoch, epochs, metrics })
  },
})

/** Loss and accuracy, which only classes have. */
const scores = ({ loss, accuracy }: Score): Metrics => ({ loss, ...(accuracy !== undefined && { accuracy }) })

/** Keeps how weights, gradients and activations are spread after each epoch, for the first examples of the data. */
export const spreads = (model: Model, { train }: { readonly train: DigitDataset }): Callback => {
  const { inputs, labels } = train
    .gather(Array.from({ length: Math.min(LOOKED_AT, train.length) }, (_, i) => i))
    .tensors()
  return histograms(() => layerHistograms(model, crossEntropy, inputs, labels))
}

/** Measures a trained model on digits that it has not seen, and shows what it gets wrong. */
export async function test({ report, folder }: RecipeContext, model: Model, data: DigitDataset): Promise<Metrics> {
  const batches = Math.ceil(data.length / TEST_BATCH)
  let batch = 0
  const evaluation = await evaluate(model, data, {
    batchSize: TEST_BATCH,
    onBatch: (examples) => report.progress({ stage: 'testing', batch: ++batch, batches, examples, metrics: {} }),
  })
  await writeReport(folder, { model, data, evaluation })
  reportConfusion(report, evaluation.confusion)
  reportMistakes(report, evaluation, data)
  return { accuracy: evaluation.accuracy, loss: evaluation.loss, parameters: model.parameterCount() }
}

/** How often each class was taken for each other, as a table: right ones on the diagonal. */
function reportConfusion(report: Reporter, confusion: ClassEvaluation['confusion']): void {
  const classes = confusion.map((_, i) => String(i))
  const rows = confusion.map((row, label): (string | Cell)[] => {
    const count = row.reduce((sum, value) => sum + value, 0)
    const cells = row.map((value, prediction): Cell => {
      if (value === 0) return { text: '·', tone: 'faint' }
      return { text: String(value), tone: prediction === label ? 'good' : value >= count / 100 ? 'bad' : 'plain' }
    })
    return [`${label} is`, ...cells, count > 0 ? `${((100 * row[label]!) / count).toFixed(1)} %` : '']
  })
  report.table({
    title: 'Confusion: rows are the digits, columns what they were taken for',
    columns: ['', ...classes, 'right'],
    rows,
  })
}

/** The mistakes that the model was most sure of, as pictures. */
function reportMistakes(report: Reporter, evaluation: ClassEvaluation, data: DigitDataset): void {
  const all = mistakes(evaluation)
  if (all.length === 0) return
  const pictures = all.slice(0, SHOWN_MISTAKES).map(({ example, label, prediction, confidence }): Picture => {
    const { shape, data: values } = data.gather([example]).inputs
    const caption = `${label}, read as ${prediction} (${Math.floor(100 * confidence)} %)`
    return { caption, height: shape[1], width: shape[2], values }
  })
  const count = all.length.toLocaleString('en-US')
  report.pictures({ title: `The worst of ${count} mistakes, with how sure the network was`, scale: 'ink', pictures })
}

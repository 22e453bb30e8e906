import { fail } from '../../core/errors.js'
import { formatMetric } from '../../core/metric.js'
import { type Columns, type Dataset, encodePng } from '../../data/index.js'
import { type ClassEvaluation, type Evaluation, evaluate, mistakes } from '../evaluate.js'
import { chooseColumns, type Loss, type Model } from '../task.js'
import { type Cells, cellsOf, pixelsOf } from './cells.js'

/** What a model does on examples that it has not learned from, as it is stored in `evaluation.json`. */
export interface Assessment {
  readonly examples: number
  readonly loss: number
  readonly accuracy?: number
  /** How often class [true][named] was. */
  readonly confusion?: readonly (readonly number[])[]
  readonly classNames?: readonly string[]
  /** Examples of the cells of that matrix, where they are pictures. */
  readonly cells?: Cells
  /** Targets and outputs of some examples, where they are single values. */
  readonly values?: { readonly targets: readonly number[]; readonly outputs: readonly number[] }
  /** The examples that went worst, with files of their pictures where they are pictures. */
  readonly worst: readonly {
    readonly text: string
    readonly picture?: string
    readonly example?: number
    readonly loss?: number
  }[]
}

export interface AssessmentOptions {
  readonly model: Model
  /** Examples to measure on: not those that were learned from. */
  readonly data: Dataset<Columns>
  /** What `evaluate` gave for this model and all of these examples, in their order; by default they are measured anew. */
  readonly evaluation?: Evaluation | ClassEvaluation
  /** What the classes are called; by default as the data set says, or their numbers. */
  readonly classNames?: readonly string[]
  readonly loss?: Loss
  /** Columns; as in `evaluate`. */
  readonly inputs?: string
  readonly targets?: string
}

const WORST = 24
const CELLS = 'cells.png'
/** Points of a picture of targets and outputs. */
const MOST_VALUES = 2000
/** Matrices of more classes cannot be read. */
const MOST_CLASSES = 60

/** Measures a model; `write` stores the pictures of the worst examples under a name. */
export async function assess(
  { model, data, classNames, loss, evaluation: given, ...names }: AssessmentOptions,
  write: (name: string, content: Uint8Array) => Promise<void>,
): Promise<Assessment> {
  const { inputs, targets } = chooseColumns('writeReport', data, names)
  if (given !== undefined) expectOf(given, data, targets)
  const evaluation: Evaluation | ClassEvaluation = given ?? (await evaluate(model, data as never, { loss, ...names }))
  const common = { examples: evaluation.examples, loss: evaluation.loss }
  const nameOf = (label: number): string => classNames?.[label] ?? String(label)
  const worst = isOfClasses(evaluation) ? worstNamed(evaluation, nameOf) : worstValues(evaluation)
  const pixels = pixelsOf(data, inputs)
  const shown = await Promise.all(
    worst.map(async ({ example, text }, i) => {
      const shared = { text, example, loss: evaluation.losses[example] }
      if (pixels === undefined) return shared
      const picture = `worst/${String(i + 1).padStart(2, '0')}.png`
      const { width, height, channels } = pixels
      await write(picture, await encodePng({ width, height, channels, data: pixels.of(example) }))
      return { ...shared, picture }
    }),
  )
  if (!isOfClasses(evaluation)) return { ...common, values: valuesOf(evaluation, data.values(targets)), worst: shown }
  const { accuracy, classes, confusion } = evaluation
  const isReadable = classes <= MOST_CLASSES
  const laid = isReadable && pixels !== undefined ? await cellsOf(evaluation, pixels, CELLS) : undefined
  if (laid !== undefined) await write(CELLS, laid.png)
  return {
    ...{ ...common, accuracy, worst: shown },
    ...(laid !== undefined && { cells: laid.cells }),
    ...(isReadable && { confusion, classNames: Array.from({ length: classes }, (_, i) => nameOf(i)) }),
  }
}

const isOfClasses = (evaluation: Evaluation | ClassEvaluation): evaluation is ClassEvaluation => 'labels' in evaluation

/** Throws if an evaluation is of other examples. */
function expectOf(evaluation: Evaluation | ClassEvaluation, data: Dataset<Columns>, targets: string): void {
  const { examples } = evaluation
  const labels = data.values(targets)
  const isOther = isOfClasses(evaluation) && evaluation.labels.some((label, i) => label !== labels[i])
  if (examples === data.length && !isOther) return
  fail(
    examples === data.length
      ? 'writeReport: the evaluation is of other labels than the data have'
      : `writeReport: the evaluation is of ${examples} examples, the data have ${data.length}`,
    'Give what evaluate(model, data) gave for the same data.',
  )
}

interface Bad {
  readonly example: number
  readonly text: string
}

const worstNamed = (evaluation: ClassEvaluation, nameOf: (label: number) => string): Bad[] =>
  mistakes(evaluation)
    .slice(0, WORST)
    .map(({ example, label, prediction, confidence }) => ({
      example,
      text: `${nameOf(label)}, named ${nameOf(prediction)} (${Math.round(100 * confidence)} %); example ${example}`,
    }))

function worstValues({ losses }: Evaluation): Bad[] {
  const order = Array.from(losses, (_, i) => i).sort((a, b) => losses[b] - losses[a])
  return order
    .slice(0, WORST)
    .map((example) => ({ example, text: `loss ${formatMetric('loss', losses[example])}; example ${example}` }))
}

/** Pairs of target and output, evenly chosen, of models with a single output. */
function valuesOf({ outputs, examples }: Evaluation, targets: ArrayLike<number>): Assessment['values'] {
  if (outputs.length !== examples || targets.length !== examples) return undefined
  const step = Math.max(1, examples / MOST_VALUES)
  const chosen = Array.from({ length: Math.min(examples, MOST_VALUES) }, (_, i) => Math.floor(i * step))
  return { targets: chosen.map((i) => targets[i]), outputs: chosen.map((i) => outputs[i]) }
}

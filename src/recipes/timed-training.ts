import type { Dataset } from 'shapewise/data'
import type { Optimizer } from 'shapewise/optim'
import { type Augment, evaluate, fit, type Loss, type Model } from 'shapewise/train'
import { following } from './classification.js'
import type { RecipeContext } from './recipe.js'

export interface Racer {
  /** In kebab-case. */
  readonly name: string
  readonly model: Model
  /** What is measured in the place of the model itself. */
  readonly measured?: Model
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly epochs: number
  readonly batchSize: number
  readonly augment?: Augment | undefined
  /** Of activations; float32. */
  readonly precision?: 'float32' | 'bfloat16' | 'float16'
  /** How many times it is measured. */
  readonly points: number
}

/** The accuracy on the test set after so many seconds of training. */
export interface Curve {
  readonly seconds: readonly number[]
  readonly accuracies: readonly number[]
}

/**
 * Trains against the clock: seconds count from the call, compilation and reading of data included, and stand still while it is measured. A run
 * that is timed does not go on after a break.
 */
export async function race(
  context: RecipeContext,
  { train, test }: { readonly train: Dataset; readonly test: Dataset },
  { name, model, measured = model, points, epochs, batchSize, ...training }: Racer,
): Promise<Curve> {
  const steps = epochs * Math.ceil(train.length / batchSize)
  const due = new Set(Array.from({ length: points }, (_, i) => Math.ceil(((i + 1) * steps) / points)))
  const [seconds, accuracies]: [number[], number[]] = [[], []]
  let started = performance.now()
  await fit(model, train, {
    ...following(context, { stage: name }),
    ...{ folder: undefined, resume: false, epochs, batchSize, ...training },
    callbacks: [
      {
        name: 'clock',
        waits: (step) => due.has(step),
        async onBatch({ step }) {
          if (!due.has(step)) return
          const stopped = performance.now()
          seconds.push((stopped - started) / 1000)
          const { accuracy = 0 } = await evaluate(measured, test, { batchSize: 500, signal: context.signal })
          accuracies.push(accuracy)
          started += performance.now() - stopped
        },
      },
    ],
  })
  return { seconds, accuracies }
}

/** When a curve first reached an accuracy; Infinity if never. */
export function secondsTo(accuracy: number, { seconds, accuracies }: Curve): number {
  return seconds[accuracies.findIndex((reached) => reached >= accuracy)] ?? Infinity
}

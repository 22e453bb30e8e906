import { dataset, floatColumn, RandomStream } from 'shapewise/data'
import { type Detection, type DetectionResult, meanAveragePrecision } from 'shapewise/metrics'
import { muon, oneCycle } from 'shapewise/optim'
import { fit, type Model } from 'shapewise/train'
import { following } from '../../classification.js'
import type { RecipeContext } from '../../recipe.js'
import { type Detector, finder } from './detectors.js'
import { kinds, type PhotoScene, type Scenes, SIDE } from './photo-scenes.js'

const BATCH = 16

/** Learns from scenes what a detector wants to know of them. */
export async function trained<D extends Detector>(
  context: RecipeContext,
  stage: string,
  detector: D,
  scenes: Scenes,
): Promise<D> {
  const random = new RandomStream(context.seed, 2)
  const size = detector.targetShape[0] * detector.targetShape[1]
  const targets = new Float32Array(scenes.objects.length * size)
  for (const [i, objects] of scenes.objects.entries()) targets.set(detector.targets(random, objects), i * size)
  const data = dataset({
    inputs: floatColumn(scenes.bytes, [SIDE, SIDE, 3], { scale: 1 / 255 }),
    targets: floatColumn(targets, detector.targetShape),
  })
  const epochs = Number(context.options.passes)
  const steps = epochs * Math.ceil(data.length / BATCH)
  await fit(detector as Model, data, {
    loss: (outputs, targets) => detector.loss(outputs, targets),
    optimizer: muon({ learningRate: oneCycle(0.02, { steps }), adamFactor: 0.1 }),
    ...{ epochs, batchSize: BATCH, ...following(context, { stage }) },
  })
  detector.eval()
  return detector
}

export interface Way extends DetectionResult {
  readonly name: string
  /** At overlaps of at least a half, of each kind. */
  readonly perKind: readonly number[]
  /** For a picture, suppression included. */
  readonly seconds: number
  readonly found: readonly (readonly Detection[])[]
}

/** What a detector finds in scenes, how well, and in which time. */
export async function measured(detector: Detector, scenes: readonly PhotoScene[]): Promise<Omit<Way, 'name'>> {
  const find = finder(detector)
  // The program is compiled in the first call.
  await find(scenes[0]!.pixels)
  const found: Detection[][] = []
  const start = performance.now()
  for (const { pixels } of scenes) found.push(await find(pixels))
  const seconds = (performance.now() - start) / 1000 / scenes.length
  const precision = (isCounted: (label: number) => boolean): DetectionResult =>
    meanAveragePrecision(
      found.map((each) => each.filter(({ label }) => isCounted(label))),
      scenes.map(({ objects }) => objects.filter(({ label }) => isCounted(label))),
    )
  const isThere = (kind: number) => scenes.some(({ objects }) => objects.some(({ label }) => label === kind))
  const perKind = kinds.map((_, kind) => (isThere(kind) ? precision((label) => label === kind).map50 : Number.NaN))
  return { ...precision(() => true), perKind, seconds, found }
}

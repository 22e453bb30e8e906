import type { DigitDataset, RandomStream } from 'shapewise/data'
import { type Detection, matchDetections, precisionRecallCurve, type TrueObject } from 'shapewise/metrics'
import { type DigitScene, digitScene } from './digit-scenes.js'
import { candidates, convolutional, naive, type Pyramid, pyramid, separate, type Way } from './sliding.js'
import type { WindowNet } from './window-net.js'
import { type Example, nothingAt } from './windows.js'

/** Windows that are less sure are not even looked at when precision is measured against recall. */
const LEAST = 0.3
/** False alarms of one scene that are learned from. */
const ALARMS = 20

export interface Scene {
  readonly scene: DigitScene
  readonly levels: Pyramid
}

/** Scenes of these digits. */
export async function drawScenes(random: RandomStream, digits: DigitDataset, count: number): Promise<Scene[]> {
  const stock = { pixels: digits.values('inputs'), labels: digits.values('labels') }
  const scenes = Array.from({ length: count }, () => digitScene(random, stock))
  return Promise.all(scenes.map(async (scene) => ({ scene, levels: await pyramid(scene) })))
}

/** What is found in a picture, and what is there. */
export interface Looked {
  readonly found: readonly Detection[]
  readonly objects: readonly TrueObject[]
}

export async function look(scenes: readonly Scene[], way: Way): Promise<Looked[]> {
  const looked: Looked[] = []
  for (const { scene, levels } of scenes) {
    looked.push({ found: separate(await candidates(levels, way, LEAST)), objects: scene.objects })
  }
  return looked
}

/** Windows of half of the scenes that the network takes for digits and that show none: the most instructive examples of nothing. */
export async function falseAlarms(random: RandomStream, scenes: readonly Scene[], way: Way): Promise<Example[]> {
  const alarms: Example[] = []
  for (const { scene, levels } of random.shuffle([...scenes]).slice(0, Math.ceil(scenes.length / 2))) {
    const found = await candidates(levels, way, 0.3)
    const wrong = found.map((one) => nothingAt(scene.objects, levels, one)).filter((one) => one !== undefined)
    alarms.push(...random.shuffle(wrong).slice(0, ALARMS))
  }
  return alarms
}

/** Precision and recall of all pictures together, from the surest detection to the least sure. */
export function curveOf(looked: readonly Looked[]) {
  const judged = looked.flatMap(({ found, objects }) => {
    const matches = matchDetections(found, objects)
    return found.map(({ score }, i) => ({ score, right: Number(matches[i]! >= 0) }))
  })
  const objects = looked.reduce((sum, each) => sum + each.objects.length, 0)
  const right = judged.reduce((sum, each) => sum + each.right, 0)
  if (right === 0) return { precisions: [1], recalls: [0], thresholds: [1] }
  const { precisions, recalls, thresholds } = precisionRecallCurve(
    judged.map(({ score }) => score),
    judged.map(({ right }) => right),
  )
  // The curve counts what is found at all as everything.
  return { precisions, thresholds, recalls: recalls.map((recall) => (recall * right) / objects) }
}

/** 2 · precision · recall / (precision + recall). */
export const f1Of = (precision: number, recall: number): number => (2 * precision * recall) / (precision + recall || 1)

/** Of what is at least so sure. */
export function scoresAt(looked: readonly Looked[], threshold: number) {
  const { precisions, recalls, thresholds } = curveOf(looked)
  const at = Math.max(
    0,
    thresholds.findLastIndex((each) => each >= threshold),
  )
  const [precision, recall] = [precisions[at]!, recalls[at]!]
  return { precision, recall, f1: f1Of(precision, recall) }
}

/** From where on to believe the network, so that both kinds of errors are rare together. */
export function bestThreshold(looked: readonly Looked[]): number {
  const { precisions, recalls, thresholds } = curveOf(looked)
  const f1 = precisions.map((precision, i) => f1Of(precision, recalls[i]!))
  return Math.min(1, thresholds[f1.indexOf(Math.max(...f1))]!)
}

export interface Costs {
  readonly costFactor: number
  readonly naiveSeconds: number
  readonly convolutionalSeconds: number
  readonly largestDifference: number
}

/** Seconds for a scene in all sizes by both ways, and by how much their logits differ at most. */
export async function compareCosts(scenes: readonly Scene[], model: WindowNet): Promise<Costs> {
  model.eval()
  const ways = [naive(model), convolutional(model)] as const
  const run = async (way: Way, levels: Pyramid): Promise<Float32Array[]> => {
    const logits: Float32Array[] = []
    for (const level of levels) logits.push(await way(level))
    return logits
  }
  // Programs are compiled in the first call.
  const [one, other] = [await run(ways[0], scenes[0]!.levels), await run(ways[1], scenes[0]!.levels)]
  const differences = one.map((logits, level) =>
    logits.reduce((most, value, i) => Math.max(most, Math.abs(value - other[level]![i]!)), 0),
  )
  const seconds: number[] = []
  for (const way of ways) {
    const start = performance.now()
    for (const { levels } of scenes) await run(way, levels)
    seconds.push((performance.now() - start) / 1000 / scenes.length)
  }
  const [naiveSeconds, convolutionalSeconds] = seconds as [number, number]
  const costFactor = naiveSeconds / convolutionalSeconds
  return { costFactor, naiveSeconds, convolutionalSeconds, largestDifference: Math.max(...differences) }
}

import { capacity } from './foundations/capacity.js'
import { coverTheorem } from './foundations/cover-theorem.js'
import { curseOfDimension } from './foundations/curse-of-dimension.js'
import { depthAgainstWidth } from './foundations/depth-against-width.js'
import { descriptionLength } from './foundations/description-length.js'
import { featuresAgainstLearning } from './foundations/features-against-learning.js'
import { forestsAgainstNetworks } from './foundations/forests-against-networks.js'
import { lenetMnist } from './foundations/lenet-mnist.js'
import { mlpMnist } from './foundations/mlp-mnist.js'
import { multiTask } from './foundations/multi-task.js'
import { perceptron } from './foundations/perceptron.js'
import { randomLabels } from './foundations/random-labels.js'
import { universalApproximation } from './foundations/universal-approximation.js'
import type { Recipe } from './recipe.js'
import { airbenchMnist } from './training/airbench-mnist.js'
import { fiveTricks } from './training/depth/five-tricks.js'
import { saturation } from './training/depth/saturation.js'
import { dropconnect } from './training/dropconnect.js'
import { learningRate } from './training/learning-rate.js'
import { optimizerRace } from './training/optimizer-race.js'
import { doublePrecisionCheck } from './training/precision/double-precision-check.js'
import { regularisersRecipe } from './training/regularisers.js'
import { saddlePoints } from './training/saddle-points.js'
import { fineGrained } from './vision/decisions/fine-grained.js'
import { medical } from './vision/decisions/medical.js'
import { partModel } from './vision/figures/part-model.js'
import { imageFilters } from './vision/filters/image-filters.js'
import { whatFiltersSee } from './vision/filters/what-filters-see.js'
import { detection } from './vision/finding/detection.js'
import { slidingWindow } from './vision/finding/sliding-window.js'
import { oneShot } from './vision/likeness/one-shot.js'
import { retrieval } from './vision/likeness/retrieval.js'
import { transfer } from './vision/likeness/transfer.js'
import { cifar10Recipe } from './vision/networks/cifar10.js'
import { cifar10Fast } from './vision/networks/cifar10-fast.js'
import { plainAgainstResidual } from './vision/networks/plain-against-residual.js'
import { deepDream } from './vision/painting/deep-dream.js'
import { styleTransfer } from './vision/painting/style-transfer.js'
import { fcnCamvid } from './vision/pixels/fcn-camvid.js'
import { pixelLabelling } from './vision/pixels/pixel-labelling.js'
import { unetNuclei } from './vision/pixels/unet-nuclei.js'
import { superResolution } from './vision/sharpening/super-resolution.js'

export {
  choice,
  flag,
  integer,
  number,
  type OptionDeclaration,
  type OptionDeclarations,
  text,
  trainingOptions,
} from './option.js'
export { type PublishedFigure, type Recipe, type RecipeContext, recipe } from './recipe.js'
export type { Cell, DataSource, EpochSummary, Metrics, Picture, Pictures, Progress, Reporter, Table } from './report.js'

/** All recipes, simplest first. */
export const recipes: readonly Recipe[] = [
  perceptron,
  coverTheorem,
  curseOfDimension,
  capacity,
  universalApproximation,
  depthAgainstWidth,
  optimizerRace,
  mlpMnist,
  lenetMnist,
  learningRate,
  multiTask,
  randomLabels,
  descriptionLength,
  featuresAgainstLearning,
  saturation,
  fiveTricks,
  doublePrecisionCheck,
  airbenchMnist,
  saddlePoints,
  forestsAgainstNetworks,
  regularisersRecipe,
  dropconnect,
  oneShot,
  transfer,
  retrieval,
  cifar10Recipe,
  cifar10Fast,
  plainAgainstResidual,
  slidingWindow,
  detection,
  unetNuclei,
  partModel,
  pixelLabelling,
  fcnCamvid,
  fineGrained,
  medical,
  imageFilters,
  deepDream,
  whatFiltersSee,
  styleTransfer,
  superResolution,
]

/** The recipe of that name, if there is one. */
export const findRecipe = (name: string): Recipe | undefined => recipes.find((recipe) => recipe.name === name)

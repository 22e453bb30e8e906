export {
  type Augmentation,
  type Augmented,
  type AugmentOptions,
  augmentation,
  compose,
  type Examples,
  oneOf,
  type Range,
  type Step,
  sometimes,
} from './augmentation.js'
export { blur, type ColourJitterOptions, colourJitter, grey, noise } from './colour.js'
export { type CropOptions, crop, type FlipOptions, flip, type ResizedCropOptions, resizedCrop } from './crop.js'
export type { Draws } from './draws.js'
export { cutout, type EraseOptions, erase } from './erase.js'
export {
  type AffineOptions,
  affine,
  type ElasticOptions,
  elastic,
  type MoveOptions,
  type PerspectiveOptions,
  perspective,
  rotate,
} from './geometry.js'
export { cutmix, type MixOptions, mixup } from './mix.js'
export { type PolicyOptions, type RandAugmentOptions, randAugment, trivialAugment } from './policies.js'
export {
  frequencyMask,
  gain,
  type MaskOptions,
  type SpecAugmentOptions,
  specAugment,
  type TimeShiftOptions,
  timeMask,
  timeShift,
} from './sound.js'

export type { PerPicture } from './batch.js'
export { type BlurOptions, gaussianBlur, sharpness } from './blur.js'
export { brightness, contrast, grey, hue, invert, saturation, solarize } from './colour.js'
export { autoContrast, equalize, posterize } from './levels.js'
export {
  type AffineMatrixOptions,
  affine,
  affineMatrix,
  displace,
  perspective,
  perspectiveCoefficients,
  type WarpOptions,
  warp,
} from './warp.js'

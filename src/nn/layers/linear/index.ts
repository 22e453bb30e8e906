export { Bilinear, bilinear } from './bilinear.js'
export { Identity, identity, Lambda, lambda } from './lambda.js'
export { LayerScale, type LayerScaleOptions, layerScale } from './layer-scale.js'
export { Linear, type LinearOptions, linear } from './linear.js'

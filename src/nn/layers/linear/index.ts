export { Bilinear, bilinear } from './bilinear.js'
export { Identity, identity, Lambda, lambda } from './lambda.js'
export { Linear, type LinearOptions, linear } from './linear.js'

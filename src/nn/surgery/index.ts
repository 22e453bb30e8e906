export { type CopyMatchingOptions, copyMatching } from './copy-matching.js'
export { replaceLayer, tieWeights } from './replace.js'
export { type Match, type Mismatch, type Missing, WeightReport } from './weight-report.js'

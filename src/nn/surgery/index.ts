export { type CopyMatchingOptions, copyMatching, Matching, type ValueType } from './copy-matching.js'
export { replaceLayer, tieWeights } from './replace.js'

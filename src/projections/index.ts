export { type NearestOptions, type NeighbourRows, nearestNeighbours } from './neighbours.js'
export { type PcaOptions, PrincipalComponents, pca, type TransformOptions } from './pca.js'
export type { Vectors } from './rows.js'
export {
  type ExpansionOptions,
  expandQueries,
  type ReciprocalOptions,
  reciprocalDistances,
} from './search.js'
export { type TrustOptions, Trustworthiness, trustworthiness } from './trustworthiness.js'
export { type Projected, TSne, type TSneOptions, type TSneSettings, tsne } from './tsne.js'
export { PairWhitening, type PairWhiteningOptions, pairWhitening } from './whitening.js'

export { Embedding, type EmbeddingOptions, embedding, TiedOutput, tiedOutput } from './embedding.js'
export {
  LearnedPositions,
  type LearnedPositionsOptions,
  learnedPositions,
  SinusoidalPositions,
  type Start,
  sinusoidalPositions,
} from './positions.js'
export { type RotaryOptions, rotary } from './rotary.js'

export type { TransformerOptions } from './block.js'
export {
  type DecoderCache,
  type DecoderMasks,
  TransformerDecoder,
  TransformerDecoderBlock,
  type TransformerDecoderOptions,
  transformerDecoder,
  transformerDecoderBlock,
} from './decoder.js'
export { TransformerEncoder, TransformerEncoderBlock, transformerEncoder, transformerEncoderBlock } from './encoder.js'
export { FeedForward, type FeedForwardOptions, feedForward } from './feed-forward.js'

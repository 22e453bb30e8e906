import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import { loadPublished } from '../../../data/files/published.js'
import { permuted } from '../../../formats/weights/layout.js'

export interface TransformerNetOptions {
  /** After the first three convolutions; [32, 64, 128]. */
  readonly channels?: readonly [number, number, number]
  /** Residual blocks in the middle; 5. */
  readonly blocks?: number
}

/** Instance norm, as the published weights were trained with it. */
const norm = (channels: number) => nn.instanceNorm2d(channels, { affine: true, epsilon: 1e-3 })
const plain = (inputs: number, outputs: number, window: number) =>
  nn.conv2d(inputs, outputs, window, { padding: (window - 1) / 2, bias: false })
/** Half as high and wide, with the margin behind, as TensorFlow puts it. */
const halved = (inputs: number, outputs: number) =>
  nn.sequential(
    nn.zeroPad2d([
      [0, 1],
      [0, 1],
    ]),
    nn.conv2d(inputs, outputs, 3, { stride: 2, bias: false }),
    norm(outputs),
    nn.relu(),
  )
const doubled = (inputs: number, outputs: number) =>
  nn.sequential(
    nn.convTranspose2d(inputs, outputs, 3, { stride: 2, bias: false }),
    nn.lambda((x: Tensor) => x.slice(':', [0, x.shape[1]! - 1], [0, x.shape[2]! - 1]) as Tensor),
    norm(outputs),
    nn.relu(),
  )

/**
 * The network that paints in one pass, pictures [batch, height, width, 3] from 0 to 1 → the same, height and width multiples of 4: fully convolutional, down to a quarter,
 * residual blocks, and up again.
 *
 * Source: Johnson, Alahi, Fei-Fei, Perceptual losses for real-time style transfer and super-resolution, 2016, with the instance norm of Ulyanov et al. 2016.
 */
export function transformerNet({ channels: [a, b, c] = [32, 64, 128], blocks = 5 }: TransformerNetOptions = {}) {
  const block = () => nn.residual(nn.sequential(plain(c, c, 3), norm(c), nn.relu(), plain(c, c, 3), norm(c)))
  return nn.sequential(
    nn.lambda((x: Tensor) => x.mul(255) as Tensor),
    nn.sequential(plain(3, a, 9), norm(a), nn.relu()),
    halved(a, b),
    halved(b, c),
    nn.sequential(...(Array.from({ length: blocks }, block) as nn.Link[])),
    doubled(c, b),
    doubled(b, a),
    nn.sequential(plain(a, 3, 9), norm(3)),
    // Beyond white and black, so that both are reached.
    nn.lambda(
      (x: Tensor) =>
        x
          .tanh()
          .mul(150 / 255)
          .add(0.5)
          .clip(0, 1) as Tensor,
    ),
  ) as nn.Layer
}

/** The weights that paint like Hokusai's "The Great Wave", learned by Engstrom's implementation of the paper. */
export async function waveNet(): Promise<nn.Layer> {
  const set = {
    ...{ name: 'the style of The Great Wave', folder: 'pretrained/style_wave', licence: 'MIT' },
    paper: 'Johnson, Alahi, Fei-Fei, Perceptual losses for real-time style transfer and super-resolution, 2016',
    origin: 'They are the files src/ckpts/wave of reiinakano/fast-style-transfer-deeplearnjs on GitHub, end to end.',
  }
  const sha256 = ['aec51313120721c6332f6ed43826b13e6fc07618654a14e3712789817edcb36f']
  const { files } = await loadPublished(set, { weights: { name: 'weights.f32le', sha256 } })
  const { buffer, byteOffset, length } = files.weights.bytes
  const values = new Float32Array(buffer.slice(byteOffset, byteOffset + length))
  const model = transformerNet()
  let at = 0
  const state: Record<string, nn.StoredValue> = {}
  const layers = Object.entries(await model.state())
  // In the file each convolution is followed by its norm's shift and then its scale; here the scale comes first.
  for (let i = 0; i < layers.length; i += 3) {
    for (const which of [0, 2, 1]) {
      const [path, stored] = layers[i + which]!
      const data = values.slice(at, at + stored.data.length)
      at += data.length
      const isEnlarging = which === 0 && i >= layers.length - 9 && i < layers.length - 3
      const [rows, columns, inputs, outputs] = stored.shape as [number, number, number, number]
      // TensorFlow has the outputs of a transposed convolution before its inputs.
      const swapped = isEnlarging ? permuted(data, [rows, columns, outputs, inputs], [0, 1, 3, 2]) : data
      state[path] = { ...stored, data: swapped }
    }
  }
  model.loadState(state)
  return model.eval().freeze()
}

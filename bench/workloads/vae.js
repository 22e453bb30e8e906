import { random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { training } from './training.js'

/** A variational autoencoder (Kingma and Welling, 2014) of convolutions; `noise` is by how many deviations codes are drawn beside their means. */
class Vae extends nn.Module {
  constructor(width, codes, noise) {
    super()
    const halving = { stride: 2, padding: 1 }
    this.noise = noise
    this.encoder = nn.sequential(
      ...[nn.conv2d(1, width, 4, halving), nn.relu(), nn.conv2d(width, 2 * width, 4, halving), nn.relu()],
      ...[nn.flatten(), nn.linear(49 * 2 * width, 2 * codes)],
    )
    this.spread = nn.linear(codes, 49 * 2 * width)
    this.decoder = nn.sequential(
      ...[nn.convTranspose2d(2 * width, width, 4, halving), nn.relu(), nn.convTranspose2d(width, 1, 4, halving)],
    )
  }

  /** The negative evidence lower bound, in nats a picture. */
  loss(x) {
    const [mean, logVariance] = this.encoder.forward(x).split(2, 1)
    const code = mean.add(logVariance.mul(0.5).exp().mul(random.normal(mean.shape)).mul(this.noise))
    const spread = this.spread.forward(code).relu().reshape([x.shape[0], 7, 7, -1])
    const logits = this.decoder.forward(spread)
    const reconstruction = nn.binaryCrossEntropy(logits, x, { reduction: 'sum' })
    const divergence = logVariance.exp().add(mean.square()).sub(logVariance).sub(1).sum().mul(0.5)
    return reconstruction.add(divergence).div(x.shape[0])
  }
}

/** One training step of it on random pictures of 28 × 28. */
export function vae({ batch, width, codes, noise }) {
  const model = new Vae(width, codes, noise)
  return training({
    model,
    optimizer: adam({ learningRate: 1e-3 }),
    inputs: [random.uniform([batch, 28, 28, 1])],
    lossOf: (x) => model.loss(x),
  })
}

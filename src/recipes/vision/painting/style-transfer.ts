import { compile, type Tensor } from 'shapewise'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { recipe } from '../../recipe.js'
import { photo, shown } from '../photos.js'
import { pretrainedSqueezenet } from '../squeezenet.js'
import { viaAdam, viaLbfgs } from './by-optimisation.js'
import { inOnePass, trained } from './in-one-pass.js'
import { PerceptualLoss } from './perceptual-loss.js'
import { waveNet } from './transformer-net.js'

const STYLE_WEIGHT = 3
const options = {
  size: integer(128, 'pixels of the side of the painted picture, a multiple of 4', { minimum: 64 }),
  iterations: integer(300, 'iterations of L-BFGS and of Adam; Johnson et al. list 100, 300 and 500'),
  steps: integer(2500, 'steps of the training of a small network'),
}
export const styleTransfer = recipe({
  name: 'style-transfer',
  title: 'A cat as Hokusai paints: by optimisation, and by a network in one pass',
  source:
    'Gatys, Ecker, Bethge, Image style transfer using convolutional neural networks, 2016; Johnson, Alahi, Fei-Fei, Perceptual losses for real-time style transfer, 2016',
  literature: {
    feedForwardFactor: { value: 636, source: 'Johnson et al. 2016, table 1: 300 iterations on a GPU, 256 × 256' },
  },
  shortfall:
    'The optimisation goes through SqueezeNet, which computes a fortieth of what the VGG of the paper does, while the network that paints is the one of the paper.',
  options,
  async run(context) {
    const { report, options } = context
    const size = options.size - (options.size % 4)
    report.data({
      name: 'sample photographs',
      description: 'a cat and a print of Hokusai; seven photographs to learn from',
      genuine: true,
    })
    const network = await pretrainedSqueezenet()
    const [cat, wave] = [await photo('chelsea.png', { size }), await photo('style_great_wave.jpg', { size: 224 })]
    const loss = await PerceptualLoss.of(network, wave, STYLE_WEIGHT)
    const content = loss.content(cat)
    await content.data()
    const measured = compile((x: Tensor) => loss.between(x, content))
    const byLbfgs = await viaLbfgs(context, cat, (x) => loss.between(x, content))
    const byAdam = await viaAdam(context, cat, (x) => loss.between(x, content))
    const published = await inOnePass(await waveNet(), cat)
    const own = await inOnePass(await trained(context, loss, size), cat)
    const lossOf = (x: Tensor): Promise<number> => measured(x).item()
    const [start, publishedLoss, ownLoss] = [
      await lossOf(cat),
      await lossOf(published.picture),
      await lossOf(own.picture),
    ]
    const reached = byLbfgs.iterations.find((_, i) => byLbfgs.losses[i]! <= ownLoss)
    const row = (name: string, value: number, seconds: number) => [
      name,
      value.toFixed(3),
      seconds.toFixed(3),
      (byLbfgs.seconds / seconds).toFixed(0),
    ]
    report.table({
      title: `A picture of ${size} × ${size}: the loss (${start.toFixed(3)} for the photograph), seconds, times as fast as L-BFGS`,
      columns: ['', 'loss', 'seconds', 'factor'],
      rows: [
        row(`L-BFGS, ${options.iterations} iterations`, byLbfgs.losses.at(-1)!, byLbfgs.seconds),
        row(`Adam, ${options.iterations} iterations`, byAdam.losses.at(-1)!, byAdam.seconds),
        row('published network (learned with VGG)', publishedLoss, published.seconds),
        row(`small network, ${options.steps} steps here`, ownLoss, own.seconds),
      ],
    })
    await gallery(context, '1-a-cat-as-hokusai-paints', {
      ...{ title: 'A photograph, a style, and four ways to paint the one in the other', scale: 'ink', columns: 3 },
      pictures: await Promise.all([
        shown('content', cat),
        shown('style', await photo('style_great_wave.jpg', { size })),
        shown(`L-BFGS, ${byLbfgs.seconds.toFixed(0)} s`, byLbfgs.picture),
        shown(`Adam, ${byAdam.seconds.toFixed(0)} s`, byAdam.picture),
        shown(`published net, ${published.seconds.toFixed(2)} s`, published.picture),
        shown(`small net, ${own.seconds.toFixed(3)} s`, own.picture),
      ]),
    })
    const constant = (name: string, value: number) => ({
      name,
      kind: 'dashes' as const,
      x: [1, options.iterations],
      y: [value, value],
    })
    await figure(context, '2-loss-against-iterations', {
      title: 'What one pass reaches takes iterations of optimisation',
      x: { label: 'iterations', scale: 'log' },
      y: { label: 'loss', from: 0 },
      series: [
        { name: 'L-BFGS', x: byLbfgs.iterations, y: byLbfgs.losses },
        { name: 'Adam', x: byAdam.iterations, y: byAdam.losses },
        constant('small network, one pass', ownLoss),
      ],
    })
    return {
      feedForwardFactor: byLbfgs.seconds / published.seconds,
      smallNetworkFactor: byLbfgs.seconds / own.seconds,
      lossFallByLbfgs: start / byLbfgs.losses.at(-1)!,
      smallNetworkLoss: ownLoss,
      // As Johnson et al. measure their network: how many iterations come to the same loss.
      ...(reached !== undefined && { iterationsToSmallNetwork: reached }),
    }
  },
})

import { type Tensor, tensor } from 'shapewise'
import { augment, type ColourDataset, cifar10 } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import type { Model } from 'shapewise/train'
import { NotAvailable } from '../../../data/files/published.js'
import type { RecipeContext } from '../../recipe.js'

/** Over the training pictures, of red, green and blue. */
const MEAN = [0.4914, 0.4822, 0.4465]
const DEVIATION = [0.247, 0.2435, 0.2616]

/**
 * CIFAR-10 to train on and to test on: the JPEG set of a folder of data, the original, which is downloaded, or where neither is to be had the
 * first 5,000 pictures. Says which.
 *
 * @param limit learn from the first so many; 0 for all
 * @param validation test on the last tenth of the training pictures instead
 */
export async function cifar(
  { report }: Pick<RecipeContext, 'report'>,
  { limit, validation }: { readonly limit: number; readonly validation: boolean },
): Promise<{ train: ColourDataset; test: ColourDataset }> {
  const { train: all, test, source } = await load()
  report.data({ name: 'CIFAR-10', description: source.description, genuine: source.genuine })
  const [learned, held] = validation ? all.split(0.9) : [all, test]
  return { train: limit === 0 ? learned : learned.take(limit), test: held }
}

async function load() {
  for (const version of ['jpeg', 'original'] as const) {
    try {
      return await cifar10({ version })
    } catch (error) {
      if (!(error instanceof NotAvailable)) throw error
    }
  }
  return cifar10({ version: 'first' })
}

/** Mirrored or not, and moved by up to so many pixels, behind which the picture goes on as in a mirror. */
export const movedAndMirrored = (padding: number): augment.Augmentation =>
  augment.compose(augment.flip(), augment.crop({ padding, mode: 'reflect' }))

/** Colours with the mean 0 and the deviation 1. */
export const standard = (x: Tensor): Tensor => x.sub(tensor(MEAN)).div(tensor(DEVIATION)) as Tensor
export const standardized = () => nn.lambda(standard, 'colours of mean 0 and deviation 1')

/** A network that looks at each picture and its mirror image and takes the mean of the probabilities; the output is its logarithm. */
export class Mirroring extends nn.Module {
  constructor(readonly model: Model) {
    super()
  }

  forward(x: Tensor): Tensor {
    const [seen, mirrored] = [x, x.flip(2)].map((view) => this.model.forward(view).softmax(-1)) as [Tensor, Tensor]
    return seen.add(mirrored).mul(0.5).log()
  }
}

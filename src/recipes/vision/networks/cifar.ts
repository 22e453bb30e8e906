import { type Tensor, tensor } from 'shapewise'
import { augment, type ColourDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { firstVersion } from '../../cifar-version.js'
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
  const { train: all, test, source } = await firstVersion(['jpeg', 'original', 'first'])
  report.data({ name: 'CIFAR-10', description: source.description, genuine: source.genuine })
  const [learned, held] = validation ? all.split(0.9) : [all, test]
  return { train: limit === 0 ? learned : learned.take(limit), test: held }
}

/** Mirrored or not, and moved by up to so many pixels, behind which the picture goes on as in a mirror. */
export const movedAndMirrored = (padding: number): augment.Augmentation =>
  augment.compose(augment.flip(), augment.crop({ padding, mode: 'reflect' }))

/** Colours with the mean 0 and the deviation 1. */
export const standard = (x: Tensor): Tensor => x.sub(tensor(MEAN)).div(tensor(DEVIATION)) as Tensor
export const standardized = () => nn.lambda(standard, 'colours of mean 0 and deviation 1')

import { expectFunction, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { encodePng, type PictureSource, type RangeOptions } from '../../data/index.js'
import type { Callback } from './callback.js'

export interface SamplesOptions extends RangeOptions {
  /** After so many epochs each; 1. */
  readonly epochs?: number
  /** What the files are called: `pictures/NAME-epoch-0007.png`; 'samples'. */
  readonly name?: string
}

/**
 * Stores a picture after each epoch in the folder of the run, such as what a model makes of the same noise.
 *
 * @param make gives a picture, a tensor `[height, width, channels]`; see `pictureGrid` for several; models are in evaluation mode
 * @throws if an option is out of range; while training, if nothing is stored
 * @example
 * const noise = random.normal([28, 28, 1])
 * const callbacks = [samples(() => noise.sigmoid())]
 */
export function samples(make: () => PictureSource | Promise<PictureSource>, options: SamplesOptions = {}): Callback {
  expectFunction('samples', 'what makes the pictures', make)
  checkOptions<SamplesOptions>('samples', options, { range: true, epochs: true, name: true })
  const { epochs = 1, name = 'samples', ...range } = options
  if (expectInteger('samples', 'the number of epochs', epochs) < 1) {
    fail(`samples: epochs is ${epochs}`, 'Give a whole number of at least 1.')
  }
  if (!/^[\w-]+$/.test(name)) fail(`samples: the name is '${name}'`, 'Use letters, digits, hyphens.')
  return {
    name: `samples ${name}`,
    onStart({ folder }) {
      if (folder === undefined) fail('samples: the training is not stored', 'Give it a folder.')
    },
    async onEpoch({ epoch }, training) {
      if (epoch % epochs !== 0) return
      const png = await encodePng(await training.evaluated(make), range)
      try {
        await training.folder?.storage.write(`pictures/${name}-epoch-${String(epoch).padStart(4, '0')}.png`, png)
      } catch (error) {
        training.note(`samples: the picture of epoch ${epoch} could not be stored. ${error}`)
      }
    },
  }
}

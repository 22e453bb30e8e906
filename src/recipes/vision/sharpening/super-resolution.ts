import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { flag, integer } from '../../option.js'
import { recipe } from '../../recipe.js'
import { contactSheet } from '../contact-sheet.js'
import { pretrainedSqueezenet } from '../squeezenet.js'
import { contest, type Method, methods, type Results } from './contest.js'
import { SCALE } from './enlargers.js'
import { filtered } from './filtered.js'
import { cropsOf, emojiKind, judgedPhotos, learnedPhotos } from './sharp-pictures.js'
import { showEmoji, showPhotos } from './shown-enlarged.js'

/** Least squares need no more. */
const FILTER_CROPS = 512
const LEDIG = 'Ledig et al. 2017, table 2: SRResNet 32.05 dB, bicubic 28.43 dB on Set5, at ×4'

const options = {
  photographs: integer(12, 'photographs and paintings to learn from, at most 12'),
  crops: integer(2048, 'crops of photographs, 64 × 64 pixels, in a pass'),
  emoji: integer(0, 'learn from the first so many emoji; 0 for all', { minimum: 0 }),
  steps: integer(512, 'steps of SRResNet; the others make parts of it'),
  validation: flag(false, 'judge by the pictures that settings were chosen with instead of those to test on'),
}

export const superResolution = recipe({
  name: 'super-resolution',
  title: 'Pictures four times as large, by networks and by filters made for phones',
  source:
    'Dong et al., Learning a deep convolutional network for image super-resolution, 2014; Shi et al., Real-time single image and video super-resolution, 2016; Ledig et al., Photo-realistic single image super-resolution, 2017; Timofte, Rothe, Van Gool, Seven ways to improve example-based single image super resolution, 2016; Romano, Isidoro, Milanfar, RAISR, 2016',
  literature: { gainOverBicubic: { value: 3.62, source: LEDIG } },
  shortfall:
    'The network has a tenth of the parameters of the paper’s and learns for a minute from a dozen pictures rather than for days from 350,000.',
  options,
  async run(context) {
    const { report, options, seed } = context
    report.data({
      name: 'sample photographs and emoji',
      description:
        'twelve photographs and paintings to learn from, three others to test on; emoji of two makers, a tenth of the names to test on',
      genuine: false,
    })
    const squeezenet = await pretrainedSqueezenet()
    const crops = await cropsOf(await learnedPhotos(options.photographs), options.crops, seed)
    const judged = await judgedPhotos(options.validation)
    const filters = await filtered(context, crops.take(FILTER_CROPS), judged)
    const photos = await contest(context, squeezenet, 'photographs', { train: crops, judged })
    const drawn = await emojiKind(options.validation, options.emoji)
    const emoji = await contest(context, squeezenet, 'emoji', drawn)
    const both = [photos, emoji] as const
    report.table({
      title: `Enlarged ${SCALE} times: decibels, SSIM and sharpness (1: as the originals), photographs | emoji`,
      columns: ['', 'parameters', ...both.flatMap(() => ['dB', 'SSIM', 'sharpness'])],
      rows: methods.map((method) => [
        method,
        photos[method].parameters.toLocaleString('en-US'),
        ...both.flatMap((results) => {
          const { psnr, ssim, sharpness } = results[method].judgement
          return [psnr.toFixed(2), ssim.toFixed(3), sharpness.toFixed(2)]
        }),
      ]),
    })
    await showPhotos(context, photos, judged)
    await showEmoji(context, emoji, drawn.judged)
    const bars = (value: (results: Results, method: Method) => number) =>
      both.map((results, k) => ({
        ...{ name: ['photographs', 'emoji'][k]!, kind: 'bars' as const, x: methods.map((_, i) => i) },
        y: methods.map((method) => value(results, method)),
      }))
    await figure(context, '3-decibels-gained', {
      title: 'Networks come nearer to the original than bicubic interpolation',
      x: { names: methods },
      y: { label: 'decibels gained over bicubic' },
      series: bars(gainOf),
    })
    await figure(context, '4-how-sharp-it-is', {
      title: 'SRGAN gives away decibels for sharpness',
      x: { names: methods },
      y: { label: 'steepness of edges, 1 in the original', from: 0 },
      series: bars((results, method) => results[method].judgement.sharpness),
    })
    await gallery(context, '5-filters-of-raisr', {
      ...{ title: 'What RAISR adds at clear edges of 24 directions', scale: 'signed', columns: 1, zoom: 2 },
      pictures: [
        contactSheet(
          'weights of the 7 × 7 pixels around, for every 7.5 degrees: light ones add, dark ones take away',
          filters.tiles,
        ),
      ],
    })
    return {
      gainOverBicubic: gainOf(photos, 'from 8 sides'),
      plainGain: gainOf(photos, 'SRResNet'),
      emojiGain: gainOf(emoji, 'from 8 sides'),
      raisrGain: filters.gain,
      bytesSaved: filters.bytesSaved,
      ganGain: gainOf(photos, 'SRGAN'),
      sharpness: photos.SRResNet.judgement.sharpness,
      ganSharpness: photos.SRGAN.judgement.sharpness,
    }
  },
})

const gainOf = (results: Results, method: Method): number =>
  results[method].judgement.psnr - results.bicubic.judgement.psnr

import * as nn from 'shapewise/nn'
import { muon, oneCycle } from 'shapewise/optim'
import { figure } from '../../figure.js'
import { Glancing, mirrored } from '../../glancing.js'
import { choice, flag, integer } from '../../option.js'
import { recipe } from '../../recipe.js'
import { race, secondsTo } from '../../timed-training.js'
import { cifar, movedAndMirrored } from './cifar.js'
import { whitenedNet } from './whitened-net.js'

const BATCH = 256
const MARKS = [0.85, 0.9, 0.92]

export const cifar10Fast = recipe({
  name: 'cifar10-fast',
  title: 'As fast as two cores allow to 85 %, 90 % and 92 % of CIFAR-10',
  source: 'Jordan, 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024',
  literature: {
    accuracy: {
      value: 0.94,
      source: 'Jordan 2024: 9.9 passes of a network of three times the width, in 3.29 s on an A100',
    },
  },
  shortfall: 'The network is narrower, and the pictures of the JPEG set have lost details.',
  options: {
    passes: integer(10, 'passes through the training pictures'),
    limit: integer(0, 'learn from the first so many examples; 0 for all', { minimum: 0 }),
    precision: choice('float32', ['float32', 'bfloat16', 'float16'], 'of activations; weights are float32'),
    validation: flag(false, 'measure on the last tenth of the training pictures instead of the test set'),
  },
  async run(context) {
    const { options, report } = context
    const data = await cifar(context, options)
    const model = await whitenedNet(data.train, [48, 128, 192])
    const steps = options.passes * Math.ceil(data.train.length / BATCH)
    const curve = await race(context, data, {
      ...{
        name: 'cifar10-fast',
        model,
        measured: new Glancing(model, mirrored),
        epochs: options.passes,
        batchSize: BATCH,
      },
      loss: (outputs, targets) => nn.crossEntropy(outputs, targets, { labelSmoothing: 0.2 }),
      optimizer: muon({ learningRate: oneCycle(0.05, { steps, rise: 0.25 }), adamFactor: 0.1 }),
      ...{ augment: movedAndMirrored(2), points: options.passes, precision: options.precision },
    })
    const times = MARKS.map((mark) => secondsTo(mark, curve))
    const [accuracy, seconds] = [curve.accuracies.at(-1)!, curve.seconds.at(-1)!]
    const picturesPerSecond = (options.passes * data.train.length) / seconds
    report.table({
      title: 'Seconds of training, compilation included, to an accuracy on pictures that are new',
      columns: [
        'parameters',
        ...MARKS.map((mark) => `to ${100 * mark} %`),
        'to the end',
        'accuracy',
        'pictures per second',
      ],
      rows: [
        [
          model.parameterCount().toLocaleString('en-US'),
          ...times.map((time) => (Number.isFinite(time) ? `${time.toFixed(0)} s` : '–')),
          ...[`${seconds.toFixed(0)} s`, `${(100 * accuracy).toFixed(2)} %`, picturesPerSecond.toFixed(0)],
        ],
      ],
    })
    await figure(context, '1-accuracy-over-seconds', {
      title: 'Photographs learned in minutes, on two cores',
      x: { label: 'seconds of training on this machine', from: 0 },
      y: { label: 'accuracy, %', to: 100 },
      series: [
        { name: 'this network', x: curve.seconds, y: curve.accuracies.map((reached) => 100 * reached) },
        ...MARKS.map((mark) => ({
          ...{ x: [0, seconds], y: [100 * mark, 100 * mark], kind: 'dashes' as const, color: '#999999' },
        })),
      ],
    })
    const reached = MARKS.map((mark, i) => [`secondsTo${100 * mark}`, times[i]!] as const)
    return { accuracy, picturesPerSecond, ...Object.fromEntries(reached.filter(([, time]) => Number.isFinite(time))) }
  },
})

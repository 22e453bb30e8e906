import fc from 'fast-check'
import { datasets } from '../../../studio/playground/data/plane.js'
import {
  activations,
  features,
  initializers,
  optimizers,
  schedules,
} from '../../../studio/playground/settings/choices.js'
import { limits, type Settings } from '../../../studio/playground/settings/settings.js'

const keys = <Key extends string>(record: Readonly<Record<Key, unknown>>) =>
  fc.constantFrom(...(Object.keys(record) as Key[]))
const within = ([min, max]: readonly [number, number]) => fc.integer({ min, max })

/** Settings of all kinds. */
export const anySettings: fc.Arbitrary<Settings> = fc.record({
  data: keys(datasets),
  classes: within(limits.classes),
  noise: within(limits.noise),
  trainShare: within(limits.trainShare),
  batchSize: within(limits.batchSize),
  features: fc.uniqueArray(keys(features), { minLength: 1 }),
  layers: fc.array(fc.record({ units: within(limits.units), activation: keys(activations) }), {
    maxLength: limits.layers[1],
  }),
  initializer: keys(initializers),
  optimizer: keys(optimizers),
  learningRate: fc.constantFrom(1e-5, 0.03, 0.1, 3, 0.123456789),
  schedule: keys(schedules),
  regularization: fc.constantFrom('none', 'l1', 'l2'),
  regularizationRate: fc.constantFrom(0, 0.001, 0.3),
  dropout: fc.constantFrom(0, 0.1, 0.5),
  batchNorm: fc.boolean(),
  skip: fc.boolean(),
  seed: fc.nat(),
  dataSeed: fc.nat(),
  points: fc.constantFrom('', 'a0b01', '00zz5zz000'),
})

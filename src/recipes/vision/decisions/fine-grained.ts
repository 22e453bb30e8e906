import * as nn from 'shapewise/nn'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { alphabets } from './alphabets.js'
import { accuracyOf, type Kinds, learn, networkFor } from './fine-training.js'
import { measures, openSet } from './open-set.js'
import { showGains, showRefusal, showSpecies } from './shown-species.js'
import { type Family, speciesPictures, speciesVaried } from './species.js'

/** Individuals of each species to learn from, to choose thresholds by, and to test on. */
const [EACH, ASIDE, TESTED] = [15, 5, 10]

/** Chosen, as the passes and the augmentation are, on new pictures of species of another seed than those of the results. */
const settings = {
  alone: { learningRate: 0.05, weightDecay: 0.1, batchSize: 50 },
  before: { learningRate: 0.05, weightDecay: 0.02, batchSize: 100 },
  // Features of species are good already, and change less than the last layer.
  species: { learningRate: 0.05, weightDecay: 0.1, batchSize: 50, below: 0.1 },
  characters: { learningRate: 0.05, weightDecay: 0.1, batchSize: 50, below: 1 },
}

const options = {
  species: integer(100, 'species to tell apart, 15 pictures each'),
  others: integer(400, 'other species, of all kinds, to learn from before, 100 pictures each'),
  unknown: integer(50, 'species that it should refuse to name'),
  alone: integer(100, 'passes through the pictures to tell apart where nothing was learned before'),
  before: integer(5, 'passes through the others'),
  afterwards: integer(20, 'passes through the pictures of the species after that; characters take as many as alone'),
}
export type Context = RecipeContext<typeof options>

/** Accuracies of the two networks on new pictures. */
export interface Contest {
  readonly pretrained: number
  readonly fromNothing: number
}

export const fineGrained = recipe({
  name: 'fine-grained',
  title: 'A hundred species, fifteen pictures of each: what others teach before',
  source:
    'Yosinski, Clune, Bengio, Lipson, How transferable are features in deep neural networks?, 2014; Hendrycks, Gimpel, A baseline for detecting misclassified and out-of-distribution examples, 2017; Lake, Salakhutdinov, Tenenbaum, Human-level concept learning, 2015',
  literature: {
    gain: {
      value: 0.436,
      source: 'lecture: rice seeds, 8.8 % alone, 52.4 % with a network trained on ImageNet before',
    },
  },
  options,
  shortfall:
    'Other species of the same program stand for ImageNet; characters are learned as well without others, and strangers of one family are hard to refuse.',
  async run(context) {
    const { options, seed, report } = context
    const drawn = (first: number, species: number, each: number, from: number, family: Family = 'one') =>
      speciesPictures({ seed, family, first, species, each, from })
    const sets = {
      before: drawn(10_000, options.others, 100, 0, 'all'),
      train: drawn(0, options.species, EACH, 0),
      aside: drawn(0, options.species, ASIDE, 100),
      test: drawn(0, options.species, TESTED, 200),
      strangers: drawn(20_000, options.unknown, TESTED, 0),
      varied: speciesVaried,
    }
    report.data({ name: 'leaves and seeds', description: 'drawn for this recipe', genuine: true })
    await showSpecies(context, sets.train, EACH)
    const { model, ...species } = await contest(context, 'species', sets)
    const letters = await alphabets(report)
    const characters = letters && (await contest(context, 'characters', letters))
    await showGains(context, { 'leaves and seeds': species, ...(characters && { characters }) })
    const refusals = await openSet(model, sets)
    await showRefusal(context, refusals)
    return {
      // The gain is that of species, where nothing but this recipe decides what there is to learn from.
      ...{ gain: gainOf(species), speciesPretrained: species.pretrained, speciesFromNothing: species.fromNothing },
      ...(characters && {
        charactersGain: gainOf(characters),
        charactersPretrained: characters.pretrained,
        charactersFromNothing: characters.fromNothing,
      }),
      ...Object.fromEntries(
        measures.flatMap((measure) => {
          const { curve, accepted, accuracy, refused } = refusals[measure]
          return Object.entries({ Area: curve.area, Accepted: accepted, Accuracy: accuracy, Refused: refused }).map(
            ([name, value]) => [`${measure}${name}`, value] as const,
          )
        }),
      ),
    }
  },
})

const gainOf = ({ pretrained, fromNothing }: Contest): number => pretrained - fromNothing

/** The same network learns the kinds from nothing, and from what it has learned of others. */
async function contest(context: Context, name: 'species' | 'characters', { before, train, test, varied }: Kinds) {
  const passes = context.options
  const after = name === 'species' ? passes.afterwards : passes.alone
  const [alone, first, model] = [networkFor(train), networkFor(before), networkFor(train)]
  await learn(context, `${name}-alone`, alone, train, { ...settings.alone, varied, epochs: passes.alone })
  await learn(context, `${name}-before`, first, before, { ...settings.before, varied, epochs: passes.before })
  nn.copyMatching(model.features, await first.features.state(), { strict: true })
  await learn(context, `${name}-afterwards`, model, train, { ...settings[name], varied, epochs: after })
  return { model, pretrained: await accuracyOf(model, test), fromNothing: await accuracyOf(alone, test) }
}

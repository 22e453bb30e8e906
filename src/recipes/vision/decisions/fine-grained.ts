import * as nn from 'shapewise/nn'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { alphabets } from './alphabets.js'
import { accuracyOf, type Kinds, learn, networkFor } from './fine-training.js'
import { measures, openSet } from './open-set.js'
import { showGains, showRefusal, showSpecies } from './shown-species.js'
import { speciesPictures } from './species.js'

/** Individuals of each species to learn from, to choose thresholds by, and to test on. */
const [EACH, ASIDE, TESTED] = [15, 5, 10]

const options = {
  species: integer(100, 'species to tell apart, 15 pictures each'),
  others: integer(300, 'other species to learn from before, 20 pictures each'),
  unknown: integer(50, 'species that it should refuse to name'),
  before: integer(14, 'passes through the others'),
  epochs: integer(30, 'passes through the species themselves'),
}
export type Context = RecipeContext<typeof options>

/** Accuracies of the two networks on new pictures. */
export interface Contest {
  readonly pretrained: number
  readonly fromNothing: number
}

export const fineGrained = recipe({
  name: 'fine-grained',
  title: 'A hundred species, fifteen pictures of each: what learning from others before is worth',
  source:
    'Yosinski, Clune, Bengio, Lipson, How transferable are features in deep neural networks?, 2014; Hendrycks, Gimpel, A baseline for detecting misclassified and out-of-distribution examples, 2017; Lake, Salakhutdinov, Tenenbaum, Human-level concept learning, 2015',
  literature: {
    gain: {
      value: 0.436,
      source: 'lecture: rice seeds, 8.8 % alone, 52.4 % with a network trained on ImageNet before',
    },
  },
  options,
  shortfall: 'What was seen before are other species drawn by the same program, not a million photographs.',
  async run(context) {
    const { options, seed, report } = context
    const drawn = (first: number, species: number, each: number, from: number) =>
      speciesPictures({ seed, first, species, each, from })
    const sets = {
      before: drawn(10_000, options.others, 20, 0),
      train: drawn(0, options.species, EACH, 0),
      aside: drawn(0, options.species, ASIDE, 100),
      test: drawn(0, options.species, TESTED, 200),
      strangers: drawn(20_000, options.unknown, TESTED, 0),
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
async function contest(context: Context, name: string, { before, train, test }: Kinds) {
  const { options } = context
  const [alone, first, model] = [networkFor(train), networkFor(before), networkFor(train)]
  await learn(context, `${name}-alone`, alone, train, options.epochs)
  await learn(context, `${name}-before`, first, before, options.before)
  nn.copyMatching(model.features, await first.features.state(), { strict: true })
  await learn(context, `${name}-afterwards`, model, train, options.epochs)
  return { model, pretrained: await accuracyOf(model, test), fromNothing: await accuracyOf(alone, test) }
}

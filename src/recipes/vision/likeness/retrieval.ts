import type { Model } from 'shapewise/train'
import { figure } from '../../figure.js'
import { flag, integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { percent } from '../../report.js'
import { pretrainedSqueezenet } from '../squeezenet.js'
import { type Collection, emojiStyles, newAlphabets } from './collections.js'
import { pooled, trainedFurther } from './describers.js'
import { type Described, described } from './descriptors.js'
import { prototypical, trainEmbedding } from './embedding.js'
import { comparisons, type Searches, search } from './searching.js'
import { type Found, showFound, writeFoundPage } from './showing-found.js'

const SHOWN = 12

/** What came of a collection, by what describes its pictures. */
type Results = Readonly<Record<string, Searches>>

export const retrieval = recipe({
  name: 'retrieval',
  title: 'Search by picture: emoji in another style, characters of alphabets never seen',
  source:
    'Radenović et al., Fine-tuning CNN image retrieval with no human annotation, 2018; Tolias et al., Particular object retrieval with integral max-pooling, 2016; Zhong et al., Re-ranking person re-identification with k-reciprocal encoding, 2017',
  literature: {},
  options: {
    passes: integer(4, 'passes through the pairs of emoji by which SqueezeNet is trained further'),
    batches: integer(200, 'batches of 240 drawings that the network for characters learns from'),
    limit: integer(0, 'search for so many things at most, and learn from as many pairs; 0 for all', { minimum: 0 }),
    validation: flag(false, 'search for the names and alphabets that settings were chosen by'),
  },
  async run(context) {
    const { report, options } = context
    const network = await pretrainedSqueezenet()
    const emoji = await emojiStyles(report, options)
    const { collection: characters, learned } = await newAlphabets(report, options)
    const searched = async (collection: Collection, train: (before: Described) => Promise<Model>) => {
      const ways = await pooled(context, network, collection)
      ways.trained = await described(await train(ways.quarters!), collection)
      const results: Record<string, Searches> = {}
      for (const [name, vectors] of Object.entries(ways)) {
        results[name] = await search(collection, vectors)
        const { recallAt1, meanAveragePrecision } = results[name]['whitened by pairs']
        const both = `first right ${percent(recallAt1)}, mAP ${percent(meanAveragePrecision)}`
        report.log(`${collection.name}, ${name}, whitened by pairs: ${both}`)
      }
      return results
    }
    const styles = await searched(emoji, (before) =>
      trainedFurther(context, network, emoji, { before, passes: options.passes }),
    )
    const training = { characters: learned, batches: options.batches, learningRate: 3e-3 }
    const alphabets = await searched(
      characters,
      async () => (await trainEmbedding(context, 'characters', prototypical, training)).model as Model,
    )
    await show(context, styles, alphabets)
    const best = { style: styles.trained!['whitened by pairs'], character: alphabets.trained!['re-ranked'] }
    const found: Found[] = [
      { collection: emoji, searches: { 'mean of maps': styles.mean!['as they are'], trained: best.style } },
      {
        collection: characters,
        searches: { 'mean of maps': alphabets.mean!['as they are'], 'trained, re-ranked': best.character },
      },
    ]
    await writeFoundPage(context, found, 2 * SHOWN)
    for (const [i, { collection }] of found.entries()) {
      const title = `${collection.name}: first what is searched with, then what is found`
      await showFound(context, `${i + 3}-found-${collection.name}`, title, {
        collection,
        search: Object.values(best)[i]!,
        count: SHOWN,
      })
    }
    return {
      styleRecallAt1: best.style.recallAt1,
      styleMeanAveragePrecision: best.style.meanAveragePrecision,
      untrainedStyleRecallAt1: styles.quarters!['whitened by pairs'].recallAt1,
      meanAveragePrecision: best.character.meanAveragePrecision,
      plainMeanAveragePrecision: alphabets.trained!['as they are'].meanAveragePrecision,
    }
  },
})

async function show(context: RecipeContext, styles: Results, alphabets: Results): Promise<void> {
  const tabled = [
    [
      '1-emoji-of-another-style',
      'Emoji of Google’s found among Twitter’s: whitening learned from pairs helps, re-ranking does not',
      'found first, %',
      styles,
      'recallAt1',
    ],
    [
      '2-characters-of-new-alphabets',
      'Twenty drawings of each character: here expanded queries and re-ranking help',
      'mean average precision, %',
      alphabets,
      'meanAveragePrecision',
    ],
  ] as const
  for (const [name, title, label, results, measure] of tabled) {
    const rows = Object.keys(results)
    const of = (row: string, comparison: (typeof comparisons)[number]) => 100 * results[row]![comparison][measure]
    context.report.table({
      title: `${title}: ${label}`,
      columns: ['', ...comparisons],
      rows: rows.map((row) => [row, ...comparisons.map((comparison) => of(row, comparison).toFixed(1))]),
    })
    await figure(context, name, {
      title,
      x: { names: rows },
      y: { label, from: 0, to: 100 },
      series: comparisons.map((comparison) => ({
        ...{ name: comparison, x: rows.map((_, i) => i), kind: 'bars' as const },
        y: rows.map((row) => of(row, comparison)),
      })),
    })
  }
}

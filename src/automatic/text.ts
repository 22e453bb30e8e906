import { fail } from '../core/errors.js'
import { RandomStream } from '../core/threefry.js'
import { languageModelWindows, loadTokenizer, type Tokenizer, trainCharacterTokenizer } from '../data/index.js'
import * as nn from '../nn/index.js'
import { adamW, cosineDecay } from '../optim/index.js'
import { following } from '../recipes/classification.js'
import { integer, number, text as textOption } from '../recipes/option.js'
import { recipe } from '../recipes/recipe.js'
import { compile } from '../tensor/compile.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'
import { earlyStopping, evaluate, fit, type RunFolder, writeReport } from '../train/index.js'
import { type Automatic, loadWeights, readNotes, type Trained, writeNotes } from './automatic.js'

interface Notes {
  readonly tokenizer: object
  readonly units: number
  readonly length: number
}

const EMBEDDED = 64
/** Of the text that a training shows at its end. */
const SHOWN = 400

/** Characters to the probabilities of those that follow, by an LSTM: [batch, time] → [batch, time, characters]. */
class CharacterNetwork extends nn.Module {
  readonly embedding
  readonly recurrent
  readonly dropout = nn.dropout(0.2)
  readonly output

  constructor(characters: number, units: number) {
    super()
    this.embedding = nn.embedding(characters, EMBEDDED)
    this.recurrent = nn.lstm(EMBEDDED, units)
    this.output = nn.linear(units, characters)
  }

  forward(x: Tensor): Tensor {
    const states = this.recurrent.forward(this.embedding.forward(x as Tensor<[number, number]>))
    return this.output.forward(this.dropout.forward(states))
  }

  /** One character of each text, [batch], with what is remembered of those before. */
  step(x: Tensor<[number]>, before?: States) {
    const [output, after] = this.recurrent.step(this.embedding.forward(x), before)
    return [this.output.forward(output), after] as const
  }
}

type States = ReturnType<CharacterNetwork['recurrent']['step']>[1]

async function readText(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return readFile(path, 'utf8').catch((error: Error) => fail(`${path}: the file cannot be read (${error.message})`))
}

const options = {
  path: textOption('', 'text file'),
  epochs: integer(10, 'passes through the text, at most'),
  batchSize: integer(64, 'pieces per step'),
  learningRate: number(3e-3, 'step size of the optimizer'),
  length: integer(64, 'characters of a piece'),
  units: integer(192, 'units of the network'),
  validation: number(0.1, 'part of the text, its end, that is kept for measuring'),
  patience: integer(3, 'epochs without a better validation loss after which the training ends'),
}

const training = recipe({
  name: 'train-text',
  title: 'A network that writes like a text, character by character',
  source: 'Graves, Generating sequences with recurrent neural networks, 2013',
  literature: {},
  options,
  async run(context) {
    const { options, report, seed, folder } = context
    const { length, units, epochs, batchSize } = options
    const text = await readText(options.path)
    const begin = Math.floor(text.length * (1 - options.validation))
    const [learned, kept] = [text.slice(0, begin), text.slice(begin)]
    if (Math.min(learned.length, kept.length) <= length) {
      fail(
        `${options.path}: ${text.length} characters are too few`,
        `Give more text, or pieces shorter than --length ${length}.`,
      )
    }
    const tokenizer = trainCharacterTokenizer(learned)
    report.log(
      `${text.length.toLocaleString('en-US')} characters, ${tokenizer.size} different ones; the last ${kept.length.toLocaleString('en-US')} are kept for measuring.`,
    )
    await writeNotes(folder, { tokenizer: tokenizer.toJSON(), units, length } satisfies Notes)
    const model = new CharacterNetwork(tokenizer.size, units)
    const [train, held] = [learned, kept].map((part) => languageModelWindows(tokenizer.encode(part), length))
    const steps = epochs * Math.ceil(train.length / batchSize)
    await fit(model, train, {
      loss: nn.crossEntropy,
      optimizer: adamW({ learningRate: cosineDecay(options.learningRate, { steps }), clipNorm: 1 }),
      epochs,
      batchSize,
      validation: held,
      callbacks: [earlyStopping({ patience: options.patience })],
      ...following(context, { measured: 'validation' }),
    })
    const { accuracy, loss } = await evaluate(model, held)
    await writeReport(folder)
    report.log(
      `\n${await written(model, tokenizer, learned.slice(0, length), { length: SHOWN, temperature: 0.7, seed })}\n`,
    )
    return {
      loss,
      bitsPerCharacter: loss / Math.LN2,
      accuracy,
      parameters: model.parameterCount(),
    }
  },
})

/** How a text goes on: characters drawn one after the other, at a low temperature the likelier ones. */
async function written(
  model: CharacterNetwork,
  tokenizer: Tokenizer,
  start: string,
  { length, temperature, seed }: { readonly length: number; readonly temperature: number; readonly seed: number },
): Promise<string> {
  const random = new RandomStream(seed)
  model.eval()
  const next = compile((x: Tensor<[number]>, before?: States) => model.step(x, before))
  const tokens = tokenizer.encode(start)
  if (tokens.length === 0) fail('predict: there is nothing to begin with', 'Give some text.')
  const drawn: number[] = []
  let states: States | undefined
  for (let i = 0; drawn.length < length; i++) {
    const token = i < tokens.length ? tokens[i] : (drawn.at(-1) as number)
    const [outputs, after] = next(tensor(Int32Array.of(token), [1]), states)
    states = after
    if (i < tokens.length - 1) continue
    const logits = await outputs.data()
    const most = Math.max(...logits)
    const weights = Array.from(logits, (logit) => Math.exp((logit - most) / temperature))
    drawn.push(drawnFrom(weights, random.uniform()))
  }
  return tokenizer.decode(Int32Array.from(drawn))
}

/** The place at which the running sum of weights reaches a part of their whole sum. */
function drawnFrom(weights: readonly number[], part: number): number {
  let left = part * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [i, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return i
  }
  return weights.length - 1
}

async function open(folder: RunFolder): Promise<Trained> {
  const notes = (await readNotes(folder)) as Notes | undefined
  if (notes === undefined) fail(`${folder.name}: the training did not come to a model`, 'Train again.')
  const tokenizer = loadTokenizer(notes.tokenizer)
  const model = new CharacterNetwork(tokenizer.size, notes.units)
  await loadWeights(model, folder)
  model.eval()
  return {
    model,
    network: model,
    input: { shape: [notes.length], dtype: 'int32' },
    async *predict(file, settings) {
      yield { of: file, answer: await written(model, tokenizer, await readText(file), settings) }
    },
    async evaluate(path) {
      const data = languageModelWindows(tokenizer.encode(await readText(path)), notes.length)
      const { accuracy, loss } = await evaluate(model, data)
      return { loss, bitsPerCharacter: loss / Math.LN2, accuracy }
    },
  }
}

/** A text file, whose characters are learned one after the other. */
export const text: Automatic<typeof options> = {
  suits: async (path) => /\.(txt|md|text)$/i.test(path),
  recipe: training,
  open,
}

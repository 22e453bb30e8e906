import { readSafetensors } from '../formats/index.js'
import type { Module } from '../nn/index.js'
import type { OptionDeclarations } from '../recipes/option.js'
import type { Recipe } from '../recipes/recipe.js'
import type { Metrics } from '../recipes/report.js'
import type { Model, RunFolder } from '../train/index.js'

/** What a model says of a file, or of a row of one. */
export interface Prediction {
  /** A file, or a row of a table. */
  readonly of: string
  /** A class, a number, or text. */
  readonly answer: string | number
  /** The probabilities of the likeliest classes, the largest first. */
  readonly probabilities?: Readonly<Record<string, number>>
}

/** A trained model with all that it takes to use it. */
export interface Trained {
  readonly model: Module
  /** A network that can be looked at and taken elsewhere, and the shape of one of its inputs. */
  readonly network: Model
  readonly input: { readonly shape: readonly number[]; readonly dtype?: 'float32' | 'int32' }
  /** What the model says of a file. */
  predict(file: string, settings: PredictSettings): AsyncIterable<Prediction>
  /** How good the model is on other data of the kind that it was trained on. */
  evaluate(path: string): Promise<Metrics>
}

export interface PredictSettings {
  /** Characters that a model of text writes. */
  readonly length: number
  readonly temperature: number
  readonly seed: number
}

/** A training that needs no code: which model, which settings and which preparation are found out from the data. */
export interface Automatic<D extends OptionDeclarations = OptionDeclarations> {
  /** Whether it is for the data at this path. */
  suits(path: string): Promise<boolean>
  /** The training; its option `path` says where the data lie. */
  readonly recipe: Recipe<D>
  /** The model that a training has left in a folder. @throws if something of it is missing or damaged */
  open(folder: RunFolder): Promise<Trained>
}

const NOTES = 'task.json'

/** Stores what is needed beside the weights to use a model. */
export const writeNotes = (folder: RunFolder, notes: object): Promise<void> =>
  folder.storage.write(NOTES, `${JSON.stringify(notes)}\n`)

/** What {@link writeNotes} stored; undefined if the training did not come so far. */
export async function readNotes(folder: RunFolder): Promise<unknown> {
  const bytes = await folder.storage.read(NOTES)
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes))
}

/** Loads the weights that a training has left. */
export async function loadWeights(model: Module, folder: RunFolder): Promise<void> {
  const bytes = await folder.storage.read('model.safetensors')
  if (bytes === undefined) return
  model.loadState(await readSafetensors(bytes))
}

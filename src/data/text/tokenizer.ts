import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { type FileLocation, readText } from '../own/read-file.js'
import { type AddedToken, readAddedTokens, type Section, sectionsOf } from './format/added-tokens.js'
import { type Decoder, readDecoder } from './format/decoders.js'
import { Fields } from './format/fields.js'
import { readModel } from './format/models.js'
import { readNormalizer } from './format/normalizers.js'
import { readPostProcessor, type Template } from './format/post-processors.js'
import { type PreTokenizer, readPreTokenizer } from './format/pre-tokenizers.js'
import { readTruncation, type Truncation } from './format/truncation.js'
import type { TokenModel } from './models/byte-pair.js'
import type { Vocabulary } from './vocabulary.js'

export interface EncodeOptions {
  /** Whether the tokens of the template are put around the text, such as `[CLS]` and `[SEP]`; true. */
  readonly addSpecial?: boolean
}

export interface DecodeOptions {
  /** Whether special tokens are left out; true. */
  readonly skipSpecial?: boolean
}

/** Two texts as one list of tokens. */
export interface EncodedPair {
  readonly ids: Int32Array
  /** Which text each token belongs to, as the template says: 0 or 1 for BERT. */
  readonly types: Int32Array
}

/**
 * Text to numbers of tokens and back, by the parts of a `tokenizer.json`: added tokens are found, the rest is normalized and cut
 * into pieces, a model makes tokens of each, a template puts special ones around.
 *
 * Source: Hugging Face, "Tokenizers", 2020 (the format).
 */
export class Tokenizer {
  readonly vocabulary: Vocabulary
  readonly #json: object
  readonly #added: ReadonlyMap<number, AddedToken>
  readonly #ids: ReadonlyMap<string, number>
  readonly #sections: (text: string) => readonly Section[]
  readonly #cut: PreTokenizer
  readonly #model: TokenModel
  readonly #template: Template
  readonly #decoder: Decoder
  readonly #truncation: Truncation

  /** Use {@link loadTokenizer} or one of the functions that train. */
  constructor(json: unknown, name: string) {
    const fields = new Fields(json, name)
    fields.only(
      ...[
        'version',
        'truncation',
        'padding',
        'added_tokens',
        'normalizer',
        'pre_tokenizer',
        'post_processor',
        'decoder',
      ],
      'model',
    )
    const { vocabulary, model } = readModel(fields.inside('model'))
    const normalize = readNormalizer(fields.optional('normalizer'))
    const added = readAddedTokens(fields.each('added_tokens', []), vocabulary)
    this.#json = structuredClone(json) as object
    this.vocabulary = vocabulary
    this.#model = model
    this.#added = new Map(added.map((token) => [token.id, token]))
    this.#ids = new Map(added.map(({ content, id }) => [content, id]))
    this.#sections = sectionsOf(added, normalize)
    this.#cut = readPreTokenizer(fields.optional('pre_tokenizer'))
    this.#template = readPostProcessor(fields.optional('post_processor'))
    this.#decoder = readDecoder(fields.optional('decoder'))
    this.#truncation = readTruncation(fields.optional('truncation'))
  }

  /** One more than the largest number: how many rows an embedding needs. */
  get size(): number {
    return [...this.#added.keys()].reduce((size, id) => Math.max(size, id + 1), this.vocabulary.size)
  }

  /** The number of a token. Throws if it is none. */
  id(token: string): number {
    return this.#ids.get(token) ?? (this.vocabulary.has(token) ? this.vocabulary.id(token) : this.#refuse(token))
  }

  #refuse(token: string): never {
    return fail(`tokenizer: there is no token ${JSON.stringify(token)}.`, `It has ${this.size} tokens.`)
  }

  /** The token with a number, as it stands in the vocabulary. Throws if there is none. */
  token(id: number): string {
    return this.#added.get(id)?.content ?? this.vocabulary.token(id)
  }

  /**
   * The numbers of the tokens of a text. Files with a maximal length cut here; padding is left to batches ({@link sequence}).
   *
   * Throws if a character has no token and there is none for unknown ones.
   */
  encode(text: string, options: EncodeOptions = {}): Int32Array {
    return this.#encode('encode', [text], options).ids
  }

  /** Two texts with the template for pairs around them: a question and where its answer stands. */
  encodePair(first: string, second: string, options: EncodeOptions = {}): EncodedPair {
    return this.#encode('encodePair', [first, second], options)
  }

  #encode(operation: string, texts: readonly string[], options: EncodeOptions): EncodedPair {
    checkOptions<EncodeOptions>(operation, options, { addSpecial: true })
    const pair = texts.length === 2
    const bare = texts.map((_, i) => ({ sequence: i === 0 ? ('A' as const) : ('B' as const), type: i }))
    const items = (options.addSpecial ?? true) ? this.#template[pair ? 'pair' : 'single'] : bare
    const room = items.reduce((sum, item) => sum + ('ids' in item ? item.ids.length : 0), 0)
    const tokens = this.#truncation(
      texts.map((text) => this.#tokens(operation, text)),
      room,
    )
    const [ids, types]: [number[], number[]] = [[], []]
    for (const item of items) {
      for (const id of 'ids' in item ? item.ids : (tokens[item.sequence === 'A' ? 0 : 1] ?? [])) {
        ids.push(id)
        types.push(item.type)
      }
    }
    return { ids: Int32Array.from(ids), types: Int32Array.from(types) }
  }

  #tokens(operation: string, text: string): number[] {
    if (typeof text !== 'string') fail(`${operation}: the text is ${describe(text)}`, cureFor(text, 'Give a string.'))
    const ids: number[] = []
    for (const section of this.#sections(text)) {
      if ('id' in section) ids.push(section.id)
      else
        for (const piece of this.#cut(section.text, section.first))
          if (piece !== '') for (const id of this.#model(piece)) ids.push(id)
    }
    return ids
  }

  /** The text of tokens. Throws if a number is none of a token. */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    checkOptions<DecodeOptions>('decode', options, { skipSpecial: true })
    const skip = options.skipSpecial ?? true
    const kept = Array.from(ids).filter((id) => !(skip && this.#added.get(id)?.special))
    return this.#decoder(kept.map((id) => this.token(id))).join('')
  }

  /** What `JSON.stringify` writes: a `tokenizer.json`. */
  toJSON(): object {
    return structuredClone(this.#json)
  }
}

/**
 * A tokenizer of a `tokenizer.json`, of the kinds BPE (GPT-2, Llama …), WordPiece (BERT …) and WordLevel.
 *
 * Throws, naming the place, at parts that are not known and files that are damaged.
 *
 * ```ts
 * const bytes = trainBytePairTokenizer('low lower lowest', { size: 260 })
 * const again = loadTokenizer(JSON.stringify(bytes))
 * const text = again.decode(again.encode('lowest')) // 'lowest'
 * ```
 */
export function loadTokenizer(json: string | object, name = 'tokenizer.json'): Tokenizer {
  if (typeof json !== 'string') return new Tokenizer(json, name)
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    fail(
      `${name}: the text is no JSON (${error instanceof Error ? error.message : error}).`,
      'Check whether the file is complete.',
    )
  }
  return new Tokenizer(parsed, name)
}

/** A tokenizer of a file; see {@link loadTokenizer}. */
export const readTokenizer = async (location: FileLocation): Promise<Tokenizer> =>
  loadTokenizer(await readText(location), String(location))

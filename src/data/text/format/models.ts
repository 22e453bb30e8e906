import { fail } from '../../../core/errors.js'
import { bytePairModel, type Merge, type TokenModel } from '../models/byte-pair.js'
import { wordModel, wordPieceModel } from '../models/words.js'
import { Vocabulary } from '../vocabulary.js'
import { type Fields, isCount, refuse } from './fields.js'

export interface ReadModel {
  readonly vocabulary: Vocabulary
  readonly model: TokenModel
}

/** The part `model`. */
export function readModel(fields: Fields): ReadModel {
  // Files from before 2020 have no type.
  const kind =
    fields.get('type') === undefined && fields.get('merges') !== undefined
      ? 'BPE'
      : fields.type('model', ['BPE', 'WordPiece', 'WordLevel'])
  const unknown = fields.optionalString('unk_token')
  switch (kind) {
    case 'BPE':
      return readBytePair(fields, readVocabulary(fields, unknown))
    case 'WordPiece': {
      fields.only('unk_token', 'continuing_subword_prefix', 'max_input_chars_per_word', 'vocab')
      const vocabulary = readVocabulary(fields, unknown ?? '[UNK]')
      const prefix = fields.string('continuing_subword_prefix', '##')
      const longest = fields.count('max_input_chars_per_word', 100)
      return { vocabulary, model: wordPieceModel(vocabulary, unknown ?? '[UNK]', prefix, longest) }
    }
    case 'WordLevel': {
      fields.only('unk_token', 'vocab')
      const vocabulary = readVocabulary(fields, unknown)
      return { vocabulary, model: wordModel(vocabulary) }
    }
  }
}

function readVocabulary(fields: Fields, unknown: string | undefined): Vocabulary {
  const tokens = new Map<string, number>()
  const taken = new Map<number, string>()
  for (const [token, id] of fields.record('vocab')) {
    if (!isCount(id)) refuse(`${fields.where}.vocab[${JSON.stringify(token)}]`, 'a whole number', id)
    const other = taken.get(id)
    if (other !== undefined) {
      const both = `${JSON.stringify(other)} and ${JSON.stringify(token)}`
      fail(`${fields.where}.vocab: ${both} have the number ${id}.`, 'Each token needs one of its own.')
    }
    taken.set(id, token)
    tokens.set(token, id)
  }
  return new Vocabulary(tokens, unknown !== undefined && tokens.has(unknown) ? unknown : undefined)
}

function readBytePair(fields: Fields, vocabulary: Vocabulary): ReadModel {
  fields.only(
    ...['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix', 'fuse_unk', 'byte_fallback'],
    ...['ignore_merges', 'vocab', 'merges'],
  )
  if ((fields.get('dropout') ?? 0) !== 0) {
    fail(`${fields.where}: dropout of merges is not known.`, 'Set dropout to null: encoding is then the usual one.')
  }
  const prefix = fields.string('continuing_subword_prefix', '')
  const merges = fields
    .list('merges')
    .map((merge, i) => readMerge(merge, `${fields.where}.merges[${i}]`, vocabulary, prefix))
  const settings = {
    ...{ vocabulary, merges, prefix, suffix: fields.string('end_of_word_suffix', '') },
    ...{ fuseUnknown: fields.boolean('fuse_unk', false), byteFallback: fields.boolean('byte_fallback', false) },
    ignoreMerges: fields.boolean('ignore_merges', false),
  }
  return { vocabulary, model: bytePairModel(settings) }
}

/** `"h e"` or `["h", "e"]` */
function readMerge(merge: unknown, where: string, vocabulary: Vocabulary, prefix: string): Merge {
  const parts: readonly unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : []
  const [left, right] = parts
  if (parts.length !== 2 || typeof left !== 'string' || typeof right !== 'string') {
    return refuse(where, 'two tokens', merge)
  }
  const ids = [left, right, left + right.slice(prefix.length)].map((token) => {
    if (vocabulary.has(token)) return vocabulary.id(token)
    return fail(
      `${where}: the token ${JSON.stringify(token)} is not in the vocabulary.`,
      'Check whether the file is complete.',
    )
  }) as [number, number, number]
  if (ids.some((id) => id >= 2 ** 26))
    fail(`${where}: a token has a number of more than 26 bits.`, 'Number tokens from 0.')
  return ids
}

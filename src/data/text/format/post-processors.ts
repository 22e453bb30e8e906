import { fail } from '../../../core/errors.js'
import { type Fields, isCount, refuse } from './fields.js'

/** What is put around encoded texts: the tokens of one of them, or special tokens, each with its number of the segment. */
export type TemplateItem =
  | { readonly sequence: 'A' | 'B'; readonly type: number }
  | { readonly ids: readonly number[]; readonly type: number }

export interface Template {
  readonly single: readonly TemplateItem[]
  readonly pair: readonly TemplateItem[]
}

const kinds = ['TemplateProcessing', 'BertProcessing', 'RobertaProcessing', 'ByteLevel', 'Sequence'] as const

const plain: Template = {
  single: [{ sequence: 'A', type: 0 }],
  pair: [
    { sequence: 'A', type: 0 },
    { sequence: 'B', type: 1 },
  ],
}

/** The part `post_processor`. */
export function readPostProcessor(fields: Fields | undefined): Template {
  if (fields === undefined) return plain
  const kind = fields.type('post-processor', kinds)
  switch (kind) {
    case 'ByteLevel':
      // It changes offsets only, which are not kept here.
      fields.only('add_prefix_space', 'trim_offsets', 'use_regex')
      return plain
    case 'TemplateProcessing':
      return readTemplate(fields)
    case 'BertProcessing':
    case 'RobertaProcessing': {
      fields.only('sep', 'cls', 'trim_offsets', 'add_prefix_space')
      const [cls, sep] = [readToken(fields, 'cls'), readToken(fields, 'sep')]
      const single: TemplateItem[] = [
        { ids: cls, type: 0 },
        { sequence: 'A', type: 0 },
        { ids: sep, type: 0 },
      ]
      if (kind === 'BertProcessing') {
        return { single, pair: [...single, { sequence: 'B', type: 1 }, { ids: sep, type: 1 }] }
      }
      return { single, pair: [...single, { ids: sep, type: 0 }, { sequence: 'B', type: 0 }, { ids: sep, type: 0 }] }
    }
    case 'Sequence': {
      fields.only('processors')
      const some = fields.each('processors').filter((each) => each.type('post-processor', kinds) !== 'ByteLevel')
      if (some.length < 2) return readPostProcessor(some[0])
      return fail(
        `${fields.where}: ${some.length} post-processors add tokens.`,
        'Write them as one TemplateProcessing.',
      )
    }
  }
}

/** `["[SEP]", 102]` */
function readToken(fields: Fields, name: string): readonly number[] {
  const [token, id] = fields.list(name)
  if (typeof token === 'string' && isCount(id)) return [id]
  return refuse(`${fields.where}.${name}`, 'a token and its number', [token, id])
}

function readTemplate(fields: Fields): Template {
  fields.only('single', 'pair', 'special_tokens')
  const special = new Map<string, readonly number[]>()
  for (const [name] of fields.record('special_tokens')) {
    const token = fields.inside('special_tokens').inside(name).only('id', 'ids', 'tokens')
    const ids = token.list('ids')
    if (!ids.every(isCount)) refuse(`${token.where}.ids`, 'a list of whole numbers', ids)
    special.set(name, ids as readonly number[])
  }
  const read = (name: string): TemplateItem[] =>
    fields.each(name).map((each) => {
      each.only('Sequence', 'SpecialToken')
      const sequence = each.optional('Sequence')?.only('id', 'type_id')
      if (sequence !== undefined) {
        return { sequence: sequence.choice('id', ['A', 'B']), type: sequence.count('type_id') }
      }
      const token = each.inside('SpecialToken').only('id', 'type_id')
      const id = token.string('id')
      const ids = special.get(id)
      if (ids !== undefined) return { ids, type: token.count('type_id') }
      return fail(`${token.where}: the token ${JSON.stringify(id)} is not among special_tokens.`, 'Add it there.')
    })
  return { single: read('single'), pair: fields.get('pair') === undefined ? plain.pair : read('pair') }
}

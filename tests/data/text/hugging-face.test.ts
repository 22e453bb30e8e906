import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadTokenizer, trainBytePairTokenizer } from '../../../src/data/index.js'

interface Case {
  readonly name: string
  readonly json: object
  /** Text, its tokens, those without the template, and the texts without and with special tokens. */
  readonly texts: readonly (readonly [string, readonly number[], readonly number[], string, string])[]
  readonly pairs: readonly (readonly [string, string, readonly number[], readonly number[]])[]
}

interface Learned {
  readonly text: readonly string[]
  readonly size: number
  readonly minCount: number
  readonly merges: readonly unknown[]
}

/** By Hugging Face's library: scripts/fixtures/text_tokens.py. */
const { cases, learned }: { cases: readonly Case[]; learned: readonly Learned[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/tokenizers.json', import.meta.url), 'utf8'),
)

describe.each(cases)('the tokenizer $name', ({ json, texts, pairs, name }) => {
  const tokenizer = loadTokenizer(JSON.stringify(json), name)

  it.each(texts)('has the same tokens and text for %j', (text, ids, bare, decoded, withSpecial) => {
    expect([...tokenizer.encode(text)]).toEqual(ids)
    expect([...tokenizer.encode(text, { addSpecial: false })]).toEqual(bare)
    expect(tokenizer.decode(ids)).toBe(decoded)
    expect(tokenizer.decode(ids, { skipSpecial: false })).toBe(withSpecial)
  })

  it.each(pairs)('has the same for the pair %j and %j', (first, second, ids, types) => {
    const encoded = tokenizer.encodePair(first, second)
    expect([[...encoded.ids], [...encoded.types]]).toEqual([ids, types])
  })

  it('is written as it was read', () => {
    expect(JSON.parse(JSON.stringify(tokenizer))).toEqual(json)
  })
})

it.each(learned)('the same merges are learned of $text.length texts', ({ text, size, minCount, merges }) => {
  const trained = trainBytePairTokenizer(text, { size, minCount: Math.max(1, minCount), special: ['<s>', '</s>'] })
  expect((trained.toJSON() as { model: { merges: unknown } }).model.merges).toEqual(merges)
})

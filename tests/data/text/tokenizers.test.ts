import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  loadTokenizer,
  readTokenizer,
  type Tokenizer,
  trainBytePairTokenizer,
  trainCharacterTokenizer,
  trainWordTokenizer,
  vocabulary,
} from '../../../src/data/index.js'

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  // Halves of surrogate pairs alone and in wrong order, bytes that print and those that do not.
  fc
    .array(fc.constantFrom('\ud83d', '\ude00', 'a', ' ', '\n', '\ufeff', '\ufffd', 'ß', '😀', '\0'))
    .map((all) => all.join('')),
)
const again = (tokenizer: Tokenizer) => loadTokenizer(JSON.stringify(tokenizer))

describe('every string comes back exactly', () => {
  const bytePairs = trainBytePairTokenizer('the lower the better, the \ud83d lone 😀😀 ', { size: 280, minCount: 1 })
  const characters = trainCharacterTokenizer('ab 😀', { unknown: 'bytes' })
  it.each([
    ['bytes', trainBytePairTokenizer('', { size: 256 })],
    ['byte pairs', bytePairs],
    ['byte pairs, saved', again(bytePairs)],
    ['characters', characters],
    ['characters, saved', again(characters)],
  ])('from %s', (_, tokenizer) => {
    const back = (text: string): void => {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    }
    for (const text of ['', ' ', '\ud83d', '\ude00', '\ude00\ud83d', '\ud83d\ude00', '\ufeff', 'a\ud83db', '😀'])
      back(text)
    fc.assert(fc.property(anything, back), { numRuns: 500 })
  })

  it('of known characters, and of known words with their spaces', () => {
    fc.assert(
      fc.property(anything, (text) => {
        if (text === '') return
        expect(trainCharacterTokenizer(text).decode(trainCharacterTokenizer(text).encode(text))).toBe(text)
        const words = trainWordTokenizer(text, { spaces: 'keep' })
        expect(words.decode(words.encode(text))).toBe(text)
      }),
      { numRuns: 200 },
    )
  })
})

describe('byte pairs', () => {
  it('are merged as in the example of the paper', () => {
    // Sennrich et al.: the counts 5, 2, 6, 3 give e s, es t, l o, lo w first (without their mark of the end).
    const text = [
      ...Array(5).fill('low'),
      ...Array(2).fill('lower'),
      ...Array(6).fill('newest'),
      ...Array(3).fill('widest'),
    ]
    const { model } = trainBytePairTokenizer(text, { size: 260 }).toJSON() as { model: { merges: string[][] } }
    expect(model.merges.map((pair) => pair.join(' '))).toEqual(['e s', 'es t', 'l o', 'lo w'])
  })

  it('are never more than the text gives', () => {
    expect(trainBytePairTokenizer('abab', { size: 10_000, minCount: 1 }).size).toBe(258)
    expect(trainBytePairTokenizer('', { size: 10_000 }).size).toBe(256)
    expect(() => trainBytePairTokenizer('a', { size: 256, special: ['<s>'] })).toThrow(
      /256 bytes and 1 special tokens need 257/,
    )
    expect(() => trainBytePairTokenizer('a', { vocabularySize: 300 } as never)).toThrow(/no option 'vocabularySize'/)
    expect(() => trainBytePairTokenizer(7 as never, { size: 300 })).toThrow(/there is no text/)
  })

  it('of one word of 100,000 letters take no time', () => {
    const tokenizer = trainBytePairTokenizer('ab'.repeat(50), { size: 262, minCount: 1 })
    const long = 'ab'.repeat(50_000)
    const begun = process.cpuUsage().user
    expect(tokenizer.decode(tokenizer.encode(long))).toBe(long)
    expect(process.cpuUsage().user - begun).toBeLessThan(5e6)
  })

  it('leave special tokens whole, and out of the text', () => {
    const tokenizer = trainBytePairTokenizer('a b a b', { size: 260, special: ['<s>', '</s>'] })
    const ids = tokenizer.encode('<s>a b</s>')
    expect([ids[0], ids.at(-1), tokenizer.id('</s>'), tokenizer.size]).toEqual([0, 1, 1, 259])
    expect(tokenizer.decode(ids)).toBe('a b')
    expect(tokenizer.decode(ids, { skipSpecial: false })).toBe('<s>a b</s>')
    expect(() => tokenizer.id('<x>')).toThrow(/no token "<x>"/)
    expect(() => tokenizer.decode([9999])).toThrow(/no token has the number 9999/)
    expect(() => tokenizer.encode(['a'] as never)).toThrow(/encode: the text is an Array/)
  })
})

describe('characters and words', () => {
  it('that are not known are refused, named, or one token', () => {
    expect(() => trainCharacterTokenizer('abc').encode('abd')).toThrow(/no token begins with "d", and none stands for/)
    const marked = trainCharacterTokenizer('abc', { unknown: 'token', special: ['<pad>'] })
    expect([...marked.encode('ax😀b')]).toEqual([2, 1, 1, 3])
    expect(() => trainCharacterTokenizer('a', { unknown: 'byte' as never })).toThrow(/Did you mean 'bytes'/)
    const words = trainWordTokenizer(['Hello, world!', "hello it's me"], { lowercase: true, unknown: '?', maxSize: 4 })
    expect([...words.encode('HELLO there')]).toEqual([1, 0])
    expect(words.size).toBe(4)
  })

  it('come back as words with blanks between', () => {
    const words = trainWordTokenizer("Don't go there, please! 3.5 m", {})
    expect(words.decode(words.encode("Don't   go\nthere, please!"))).toBe("Don't go there, please!")
  })

  it('may be called like what objects have', () => {
    const names = ['__proto__', 'constructor', 'toString']
    const words = again(trainWordTokenizer([names.join(' ')], {}))
    expect(words.decode(words.encode(names.join(' ')))).toBe(names.join(' '))
    expect(vocabulary(names, { unknown: 'u' }).id('hasOwnProperty')).toBe(0)
  })

  it('make a vocabulary by count', () => {
    const words = vocabulary(['b', 'a', 'b', 'c', 'a', 'd'], { minCount: 2, special: ['<pad>'] })
    expect(words.entries()).toEqual([
      ['<pad>', 0],
      ['a', 1],
      ['b', 2],
    ])
    expect(() => words.id('c')).toThrow(/"c" is not in it/)
    expect(() => vocabulary([])).toThrow(/there are no words/)
  })
})

describe('files', () => {
  const fixture = JSON.parse(readFileSync(new URL('../../fixtures/tokenizers.json', import.meta.url), 'utf8'))
  const cases = fixture.cases as { name: string; json: Record<string, never> }[]

  it('are read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shapewise-tokenizer-'))
    const path = join(folder, 'tokenizer.json')
    await writeFile(path, JSON.stringify(cases[0]!.json))
    expect((await readTokenizer(path)).size).toBe(330)
    await writeFile(path, JSON.stringify(cases[0]!.json).slice(0, 500))
    await expect(readTokenizer(path)).rejects.toThrow(/tokenizer\.json: the text is no JSON.*complete/)
    await rm(folder, { recursive: true })
  })

  const part = (name: string, value: unknown) => () => loadTokenizer({ ...cases[0]!.json, [name]: value })
  const split = (pattern: string) => ({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated' })
  it.each([
    [
      'model',
      { type: 'Unigram', vocab: [] },
      /model: the model Unigram is not known\. Known are BPE, WordPiece, WordLevel/,
    ],
    ['model', { type: 'BPE', vocab: { a: 0, b: 0 }, merges: [] }, /"a" and "b" have the number 0/],
    ['model', { type: 'BPE', vocab: { a: -1 }, merges: [] }, /model\.vocab\["a"\] is -1, not a whole number/],
    ['model', { type: 'BPE', vocab: { a: 0 }, merges: ['a b'] }, /merges\[0\]: the token "b" is not in the vocabulary/],
    ['model', { type: 'BPE', vocab: { a: 0 }, merges: ['a'] }, /merges\[0\] is "a", not two tokens/],
    ['model', { type: 'BPE', vocab: { a: 0 }, merges: [], dropout: 0.1 }, /dropout of merges is not known/],
    ['model', undefined, /model is missing, not an object/],
    ['normalizer', { type: 'Precompiled', precompiled_charsmap: '' }, /the normalizer Precompiled is not known/],
    ['normalizer', { type: 'Lowercased' }, /Did you mean 'Lowercase'/],
    ['normalizer', { type: 'NFC', extra: 1 }, /normalizer: the field extra is not known/],
    ['pre_tokenizer', { type: 'UnicodeScripts' }, /the pre-tokenizer UnicodeScripts is not known/],
    [
      'pre_tokenizer',
      { type: 'Sequence', pretokenizers: [{ type: 'Foo' }] },
      /pre_tokenizer\.pretokenizers\[0\]: .*Foo/,
    ],
    ['pre_tokenizer', split('a++'), /has no meaning here/],
    ['pre_tokenizer', split('[a&&b]'), /has an intersection of classes/],
    ['pre_tokenizer', split('(?x: a)'), /has an option of a group/],
    ['pre_tokenizer', split('\\hx'), /has the escape \\h/],
    ['decoder', { type: 'CTC' }, /the decoder CTC is not known/],
    [
      'post_processor',
      { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '[X]', type_id: 0 } }], special_tokens: {} },
      /"\[X\]" is not among special_tokens/,
    ],
    ['added_tokens', [{ id: 7, content: '<s>' }], /"<s>" is token 7 here and 0 in the vocabulary/],
    ['quantizer', { type: 'x' }, /the field quantizer is not known/],
  ])('with another %s are refused by name', (name, value, message) => {
    expect(part(name, value)).toThrow(message)
  })

  it('that are damaged are refused or read, never more', () => {
    // Parts of each file replaced, removed and moved: what is thrown is ours, and what is read still encodes.
    const values = [null, 0, -1, 1e99, '', 'x', '(', true, [], {}, [[]], { type: 'Sequence' }, '[[:alpha:]]', '(a*)*b']
    let refused = 0
    fc.assert(
      fc.property(
        fc.nat(cases.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...values)), { minLength: 1, maxLength: 3 }),
        (which, changes) => {
          const json = structuredClone(cases[which]!.json) as Record<string, unknown>
          for (const [path, how, value] of changes) mutate(json, path, how, value)
          try {
            const tokenizer = loadTokenizer(JSON.stringify(json))
            tokenizer.decode(tokenizer.encode('the low <s> 12'))
          } catch (error) {
            refused++
            expect(error).toMatchObject({ name: 'ShapewiseError' })
          }
        },
      ),
      { numRuns: 1500 },
    )
    expect(refused).toBeGreaterThan(500)
  })
})

/** Changes one of the places of a JSON value that are not in the vocabulary (which would nearly always be drawn). */
function mutate(json: Record<string, unknown>, path: number, how: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = []
  const walk = (at: unknown, depth: number): void => {
    if (typeof at !== 'object' || at === null) return
    const keys = Object.keys(at)
    for (const key of keys.length > 20 ? keys.slice(0, 2) : keys) {
      places.push([at as Record<string, unknown>, key])
      if (depth < 8) walk((at as Record<string, unknown>)[key], depth + 1)
    }
  }
  walk(json, 0)
  const [owner, key] = places[path % places.length]!
  if (how % 4 === 0) delete owner[key]
  else if (how % 4 === 1) {
    const [other, otherKey] = places[how % places.length]!
    owner[key] = structuredClone(other[otherKey])
  } else owner[key] = structuredClone(value)
}

import { fail } from '../../../core/errors.js'
import { type Fields, refuse } from './fields.js'

/** What \w means in Oniguruma: letters, marks, digits and connectors; outside of brackets also small digits and fractions of Latin-1. */
const inner = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}'
const word = `${inner}²³¹¼-¾`

/** What escapes mean there, outside of and inside brackets. Those that are not listed mean the same here, or are refused. */
const escapeMeanings: { readonly [letter: string]: readonly [outside: string, inside: string | undefined] } = {
  s: ['\\p{White_Space}', '\\p{White_Space}'],
  S: ['\\P{White_Space}', '\\P{White_Space}'],
  w: [`[${word}]`, inner],
  W: [`[^${word}]`, undefined],
  d: ['\\p{Nd}', '\\p{Nd}'],
  D: ['\\P{Nd}', '\\P{Nd}'],
  b: [`(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`, undefined],
  B: [`(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`, undefined],
}

/** Escapes that both read alike. */
const same = /^[nrtfv\\^$.*+?()[\]{}|/pPux]$/

/**
 * A regular expression of Oniguruma, as tokenizer.json has them, in JavaScript's words: classes by Unicode, `(?i:…)` for ASCII letters.
 *
 * Throws if it has something that means something else here.
 */
export function translatePattern(pattern: string, where: string): RegExp {
  const unknown = (what: string): never =>
    fail(`${where}: the regular expression ${JSON.stringify(pattern)} has ${what}.`, 'Write it without.')
  let out = ''
  let inside = false
  /** For each open group, whether case is ignored in it. */
  const groups: boolean[] = []
  let ignoreCase = false
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!
    if (character === '\\') {
      const escaped = pattern[++at] ?? ''
      const meaning = escapeMeanings[escaped]?.[inside ? 1 : 0]
      if (meaning !== undefined) out += meaning
      else if (same.test(escaped)) out += `\\${escaped}`
      else if (/^[^A-Za-z0-9]$/.test(escaped)) out += escaped === '-' && inside ? '\\-' : escaped
      else unknown(`the escape \\${escaped}${inside ? ' in brackets' : ''}`)
      if (/[pP]/.test(escaped)) {
        const close = pattern.indexOf('}', at)
        if (pattern[at + 1] !== '{' || close < 0) unknown('a property without braces')
        out += pattern.slice(at + 1, close + 1)
        at = close
      }
    } else if (inside) {
      if (character === '[') unknown('brackets in brackets')
      if (character === '&' && pattern[at + 1] === '&') unknown('an intersection of classes')
      if (character === ']') inside = false
      out += ignoreCase ? bothCases(character, true, unknown, pattern[at + 1]) : character
    } else if (character === '(') {
      groups.push(ignoreCase)
      if (pattern.startsWith('(?i:', at)) {
        ignoreCase = true
        out += '(?:'
        at += 3
      } else if (pattern[at + 1] === '?' && !/^\(\?(?:[:=!]|<[=!])/.test(pattern.slice(at)))
        unknown('an option of a group')
      else out += pattern[at + 1] === '?' ? '(' : '(?:'
    } else if (character === ')') {
      ignoreCase = groups.pop() ?? false
      out += ')'
    } else if (character === '[') {
      inside = true
      out += pattern[at + 1] === '^' ? '[^' : '['
      if (pattern[at + 1] === '^') at++
    } else if (character === '.') out += '[^\\n]'
    else if (character === '^') out += '(?<![^\\n])'
    else if (character === '$') out += '(?![^\\n])'
    else out += ignoreCase ? bothCases(character, false, unknown) : character
  }
  try {
    return new RegExp(out, 'gu')
  } catch (error) {
    return unknown(`no meaning here (${error instanceof Error ? error.message : error})`)
  }
}

function bothCases(character: string, inside: boolean, unknown: (what: string) => never, next?: string): string {
  if (!/[A-Za-z]/.test(character)) return character
  if (inside && next === '-') unknown('a range of letters where case is ignored')
  const both = character.toLowerCase() + character.toUpperCase()
  return inside ? both : `[${both}]`
}

/** The field `pattern`: `{ "String": … }` or `{ "Regex": … }`. */
export function readPattern(fields: Fields): RegExp {
  const pattern = fields.get('pattern')
  // Some old files have the text itself.
  if (typeof pattern === 'string') return exactly(pattern)
  const inside = fields.inside('pattern').only('String', 'Regex')
  const text = inside.optionalString('String')
  if (text !== undefined) return exactly(text)
  const regex = inside.optionalString('Regex')
  if (regex !== undefined) return translatePattern(regex, inside.where)
  return refuse(inside.where, 'a String or a Regex', pattern)
}

/** A regular expression that matches this text. */
export const exactly = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu')

/** How dates are written: 2024-12-31 (or with slashes), 31.12.2024 (or with slashes), 12/31/2024. */
export type DateFormat = 'iso' | 'dayFirst' | 'monthFirst'

export const dateFormats = ['iso', 'monthFirst', 'dayFirst'] as const

const time = '(?:[T ]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?\\s*(Z|[+-]\\d{2}:?\\d{2})?)?'
const patterns: { readonly [F in DateFormat]: RegExp } = {
  iso: new RegExp(`^(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})${time}$`),
  dayFirst: new RegExp(`^(\\d{1,2})[./-](\\d{1,2})[./-](\\d{4})${time}$`),
  monthFirst: new RegExp(`^(\\d{1,2})[/-](\\d{1,2})[/-](\\d{4})${time}$`),
}

/**
 * Milliseconds since 1970; a time without zone is UTC, so that the result is the same on every machine. Undefined if the text is no such date.
 *
 * ```ts
 * parseDate('1970-01-02', 'iso') // 86400000
 * ```
 */
export function parseDate(text: string, format: DateFormat): number | undefined {
  const match = patterns[format].exec(text.trim())
  if (match === null) return undefined
  const [a, b, c, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 7).map((part) => Number(part ?? 0))
  const [year, month, day] = format === 'iso' ? [a!, b!, c!] : format === 'dayFirst' ? [c!, b!, a!] : [c!, a!, b!]
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, day)
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7]}`) * 1000
  const zone = match[8] === undefined || match[8] === 'Z' ? 0 : zoneMinutes(match[8])
  return midnight.getTime() + ((hours * 60 + minutes - zone) * 60 + seconds) * 1000 + fraction
}

function zoneMinutes(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? -minutes : minutes
}

/** Parts of a date that come again: how far each is through its round, 0 … 1. */
export const cycles = {
  year: (date: Date): number => {
    const year = date.getUTCFullYear()
    const [begin, end] = [Date.UTC(year, 0), Date.UTC(year + 1, 0)]
    return (date.getTime() - begin) / (end - begin)
  },
  week: (date: Date): number => (date.getUTCDay() + dayPart(date)) / 7,
  day: (date: Date): number => dayPart(date),
} as const

export type Cycle = keyof typeof cycles

const dayPart = (date: Date): number => ((date.getTime() / 864e5) % 1) + (date.getTime() < 0 ? 1 : 0)

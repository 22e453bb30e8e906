import type { Described } from '../data/collection'
import type { Frame } from '../method/projector'

/** Places with all that points are coloured by, as a table. */
export function asCsv({ places, dimensions }: Frame, { count, colourings }: Described): string {
  const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const axes = ['x', 'y', 'z'].slice(0, dimensions)
  const head = [...axes, ...colourings.map(({ name }) => quoted(name))].join(',')
  const rows = Array.from({ length: count }, (_, i) => {
    const own = axes.map((_, axis) => String(places[3 * i + axis]))
    const words = colourings.map((each) =>
      each.kind === 'values' ? String(each.of[i]) : quoted(each.names[each.of[i]!] ?? ''),
    )
    return [...own, ...words].join(',')
  })
  return `${[head, ...rows].join('\n')}\n`
}

import type { Colors } from 'picocolors/types.js'
import type { Cell, Table } from '../recipes/report.js'

/** A table as lines of text: numbers to the right, words to the left, columns as wide as need be. */
export function drawTable({ title, columns, rows }: Table, colors: Colors): string[] {
  const texts = rows.map((row) => row.map(textOf))
  const widths = columns.map((column, i) => Math.max(column.length, ...texts.map((row) => row[i]?.length ?? 0)))
  const rightAligned = columns.map((_, i) => i > 0 && texts.every((row) => /^[-−\d.,·–—]*\s?%?$/.test(row[i] ?? '')))
  const align = (text: string, column: number): string => {
    const width = widths[column]!
    return rightAligned[column] ? text.padStart(width) : text.padEnd(width)
  }
  const toned: { readonly [Tone in Cell['tone']]: (text: string) => string } = {
    plain: (text) => text,
    good: colors.green,
    bad: colors.red,
    faint: colors.dim,
  }
  const lines = rows.map((row) =>
    row.map((cell, i) => toned[typeof cell === 'string' ? 'plain' : cell.tone](align(textOf(cell), i))).join('  '),
  )
  const header = columns.map(align).join('  ')
  return [colors.bold(title), colors.dim(header), ...lines].map((line) => line.trimEnd())
}

const textOf = (cell: string | Cell): string => (typeof cell === 'string' ? cell : cell.text)

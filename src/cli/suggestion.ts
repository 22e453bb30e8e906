/** Steps from one word to another: letters inserted, left out, replaced, or neighbours swapped (Damerau, 1964). */
export function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      let least = Math.min(replaced, rows[i - 1]![j]! + 1, row[j - 1]! + 1)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (swapped) least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[from.length]![to.length]!
}

/** The known word that was probably meant: nearly the same, or the given one continued. */
export function suggestion(given: string, known: readonly string[]): string | undefined {
  if (given.length < 2) return undefined
  const word = given.toLowerCase()
  const scored = known.map((name) => {
    const partial = name.startsWith(word) || name.split('-').includes(word)
    return { name, distance: partial ? 0.5 : editDistance(word, name) }
  })
  const [best] = scored.sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.max(1, word.length * 0.4) ? best.name : undefined
}

/** ` Did you mean …?`, or nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const found = suggestion(given, known)
  return found === undefined ? '' : `Did you mean '${found}'?`
}

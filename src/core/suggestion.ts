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

/** `learning rate` for `learningRate`, `learning_rate` and `learning-rate`. */
const words = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_.-]+/)

/** The known word that was probably meant: nearly the same, the given one continued, or its first letters (`lr`). */
export function suggestion(given: string, known: readonly string[]): string | undefined {
  if (given.length < 2) return undefined
  const word = words(given).join(' ')
  const scored = known.map((name) => {
    const parts = words(name)
    const whole = parts.join(' ')
    const initials = parts.length > 1 && parts.map((part) => part[0]).join('') === word
    const partial = initials || whole.startsWith(word) || parts.includes(word)
    return { name, distance: partial ? 0.5 : editDistance(word, whole) }
  })
  const [best] = scored.sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.max(1, word.length * 0.4) ? best.name : undefined
}

/** ` Did you mean …?`, or nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const found = suggestion(given, known)
  return found === undefined ? '' : `Did you mean '${found}'?`
}

import type { Item } from './items'

/** The longest part of a model that is looked for again behind itself. */
const LONGEST = 12

/**
 * What is equal to what comes behind it, once with the number of times. Items are equal if they give the same shapes: the first block of a stage,
 * which halves the picture, counts with those behind it, as in the tables of papers.
 *
 * @param loosely whether channels may differ, as they do in dense blocks
 */
export function collapsed(items: readonly Item[], loosely = false): Item[] {
  const signs = items.map((item) => signOf(item, loosely))
  const found: Item[] = []
  let at = 0
  while (at < items.length) {
    const { length, times } = bestRepeat(signs, at)
    const part = items.slice(at, at + length)
    const stages = items.slice(at, at + length * times).flatMap((item) => ('stages' in item ? item.stages : []))
    if (times > 1) found.push({ type: 'repeat', items: part, times, stages })
    else found.push(...part)
    at += length * times
  }
  return found
}

/** How many items are repeated how often from a place on; the repeat that spares most, of equal ones the shortest. */
function bestRepeat(signs: readonly string[], at: number): { length: number; times: number } {
  let best = { length: 1, times: 1 }
  for (let length = 1; length <= LONGEST && at + 2 * length <= signs.length; length++) {
    // A stage of the paper is not cut through.
    if (signs.slice(at, at + length).some((sign) => sign.startsWith('mark'))) break
    const isSame = (from: number) =>
      from + length <= signs.length && signs.slice(from, from + length).every((sign, i) => sign === signs[at + i])
    let times = 1
    while (isSame(at + length * times)) times++
    if (times > 1 && length * (times - 1) > best.length * (best.times - 1)) best = { length, times }
  }
  return best
}

function signOf(item: Item, loosely: boolean): string {
  switch (item.type) {
    case 'mark':
      return `mark ${item.name}`
    case 'repeat':
      return `${item.times}(${item.items.map((one) => signOf(one, loosely)).join(' ')})`
    case 'block':
      return `${item.kind} ${item.side} ${loosely ? '' : item.channels} ${windowOf(item.title)} ${item.trims.filter((trim) => trim !== 'dropout')}`
    case 'group':
      // What follows the last of them may belong to what comes next.
      return `${item.kind}[${item.lanes.map((lane) => lane.map((one) => signOf(one, loosely)).join(' ')).join('|')}]`
  }
}

/** The size of the window in a title: 'Conv2d 3 → 64, 7×7' has 7×7. */
const windowOf = (title: string): string => title.match(/\d+×\d+/)?.[0] ?? ''

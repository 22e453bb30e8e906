import { encodePng } from 'shapewise/data'
import { dataUrl, escapeHtml, page, section } from '../../../train/report/page.js'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import type { Collection, Shown } from './collections.js'
import type { Search } from './searching.js'

/** What was found for queries, by what it was compared by. */
export interface Found {
  readonly collection: Collection
  readonly searches: Readonly<Record<string, Search>>
}

const FIRST = 6
const GREEN = '#2a9d5c'
const RED = '#d1495b'

/** The documents that come first for a query, and whether they show the same. */
function firstOf({ shown, queries, documents }: Collection, { similarities }: Search, at: number) {
  const row = similarities.subarray(at * documents.length, (at + 1) * documents.length)
  const query = shown[queries[at]!]!
  const order = [...documents.keys()].filter((k) => documents[k] !== queries[at]).sort((a, b) => row[b]! - row[a]!)
  return order.slice(0, FIRST).map((k) => {
    const found = shown[documents[k]!]!
    return { found, isRight: found.meaning === query.meaning }
  })
}

/** So many queries, evenly from all. */
const some = ({ queries }: Collection, count: number): number[] =>
  Array.from({ length: Math.min(count, queries.length) }, (_, i) =>
    Math.floor((i * queries.length) / Math.min(count, queries.length)),
  )

/** Values from 0 to 1 for red, green and blue; ink is black on white. */
const colours = ({ channels }: Collection, { picture }: Shown): Float32Array =>
  channels === 3
    ? picture
    : Float32Array.from({ length: 3 * picture.length }, (_, i) => 1 - picture[Math.floor(i / 3)]!)

/** A page that needs nothing else, `found.html`: queries, and what comes first for each. */
export async function writeFoundPage(
  { folder }: Pick<RecipeContext, 'folder'>,
  all: readonly Found[],
  count: number,
): Promise<void> {
  const sections = all.map(async ({ collection, searches }) => {
    const image = async (one: Shown, color: string) => {
      const { side } = collection
      const data = Uint8Array.from(colours(collection, one), (value) =>
        Math.round(255 * Math.min(1, Math.max(0, value))),
      )
      const url = dataUrl('.png', await encodePng({ width: side, height: side, channels: 3, data }))
      return `<img src="${url}" alt="${escapeHtml(one.caption)}" title="${escapeHtml(one.caption)}" style="width:44px;height:44px;border:3px solid ${color}">`
    }
    const rows = some(collection, count).map(async (at) => {
      const query = collection.shown[collection.queries[at]!]!
      const found = Object.values(searches).map(async (search) => {
        const images = firstOf(collection, search, at).map(({ found, isRight }) => image(found, isRight ? GREEN : RED))
        return `<td>${(await Promise.all(images)).join('')}</td>`
      })
      return `<tr><td>${await image(query, 'transparent')}<br>${escapeHtml(query.caption)}</td>${(await Promise.all(found)).join('')}</tr>`
    })
    const head = ['searched with', ...Object.keys(searches)].map((name) => `<th>${escapeHtml(name)}</th>`).join('')
    return section(collection.name, `<table><tr>${head}</tr>${(await Promise.all(rows)).join('')}</table>`)
  })
  const about = `<h1>Search by picture</h1><p class="about">Green shows the same as the picture that is searched with, red does not; nearest first.</p>`
  await folder.storage.write('found.html', page('Search by picture', [about, ...(await Promise.all(sections))]))
}

/** The same as a picture: each query, and behind it what comes first in a frame. */
export async function showFound(
  context: Pick<RecipeContext, 'folder' | 'report'>,
  name: string,
  title: string,
  { collection, search, count }: { readonly collection: Collection; readonly search: Search; readonly count: number },
): Promise<void> {
  const { side } = collection
  const [gap, width] = [Math.round(side / 4), side * (FIRST + 1) + Math.round(side / 4) * FIRST]
  const pictures = some(collection, count).map((at) => {
    const query = collection.shown[collection.queries[at]!]!
    const found = firstOf(collection, search, at)
    const values = new Float32Array(3 * side * width).fill(1)
    for (const [k, one] of [query, ...found.map(({ found }) => found)].entries()) {
      const pixels = colours(collection, one)
      for (let row = 0; row < side; row++) {
        values.set(pixels.subarray(3 * side * row, 3 * side * (row + 1)), 3 * (width * row + k * (side + gap)))
      }
    }
    const frames = found.map(({ isRight }, k) => {
      const left = (k + 1) * (side + gap)
      const box = [left, 0, left + side, side] as const
      return { box, text: '', color: isRight ? GREEN : RED, isDashed: !isRight }
    })
    return { caption: query.caption, width, height: side, channels: 3 as const, values, frames }
  })
  await gallery(context, name, { title, scale: 'ink', columns: 2, zoom: 1, pictures })
}

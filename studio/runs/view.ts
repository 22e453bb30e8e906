import { computed, effect, signal } from '@preact/signals'
import { replaceQuery, route } from '../parts/address'
import { theme } from '../parts/theme'
import { colouring, numbered } from './colours'
import { filtered, type Order, type SortColumn, sorted } from './listing'
import { distinguishing } from './options'
import type { Axis, Source } from './points'
import { entries, points } from './server'

// What the page shows; all of it stands in the address.

/** Without a choice of the user, the latest so many runs are shown. */
const LATEST = 8

const query = route.peek().page === 'runs' ? route.peek().query : new URLSearchParams()
const list = (name: string): string[] | undefined => query.get(name)?.split(',').filter(Boolean)

/** Runs whose curves are shown; undefined for the latest. */
export const chosen = signal<readonly string[] | undefined>(list('show'))
/** The run whose details are shown. */
export const opened = signal<string>(query.get('run') ?? '')
export const tab = signal<string>(query.get('tab') ?? '')
/** Values that are charted; undefined for the first two. */
export const charted = signal<readonly string[] | undefined>(list('values'))
export const axis = signal<Axis>((query.get('x') as Axis | null) ?? 'step')
export const smoothing = signal(Number(query.get('smooth') ?? 0))
export const logarithmic = signal(query.get('log') === '1')
export const hidden = signal<readonly Source[]>((list('without') as Source[] | undefined) ?? [])
/** The option by which runs are coloured; '' for a colour each. */
export const coloured = signal(query.get('colour') ?? '')
export const filter = signal(query.get('filter') ?? '')
export const result = signal(query.get('result') ?? '')
export const order = signal<Order>({
  column: (query.get('sort')?.replace('-', '') as SortColumn | undefined) ?? 'started',
  isRising: query.has('sort') && !query.get('sort')!.startsWith('-'),
})

effect(() => {
  const { column, isRising } = order.value
  const all: Readonly<Record<string, string | undefined>> = {
    show: chosen.value?.join(','),
    run: opened.value,
    tab: tab.value,
    values: charted.value?.join(','),
    x: axis.value === 'step' ? '' : axis.value,
    smooth: smoothing.value === 0 ? '' : String(smoothing.value),
    log: logarithmic.value ? '1' : '',
    without: hidden.value.join(','),
    colour: coloured.value,
    filter: filter.value,
    result: result.value,
    sort: column === 'started' && !isRising ? '' : `${isRising ? '' : '-'}${column}`,
  }
  const written = new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]))
  // An empty choice is a choice.
  if (chosen.value?.length === 0) written.set('show', ',')
  if (route.peek().page === 'runs') replaceQuery('runs', written)
})

/** The runs of the list. */
export const listed = computed(() =>
  sorted(filtered([...entries.value.values()], filter.value), order.value, result.value),
)

const latest = computed(() =>
  [...entries.value.values()]
    .sort((a, b) => b.started.localeCompare(a.started))
    .slice(0, LATEST)
    .map(({ id }) => id),
)

/** The runs whose curves are shown, those of before in the same order, so that they keep their colours. */
export const shown = computed(() => {
  const ids = chosen.value ?? latest.value
  return ids.flatMap((id) => entries.value.get(id) ?? [])
})

/** Options by which the shown runs differ: what they can be coloured by. */
export const paths = computed(() => distinguishing(shown.value))

let before: ReadonlyMap<string, number> = new Map()
const numbers = computed(() => {
  const ids = shown.value.map(({ id }) => id)
  before = numbered(ids, before)
  return before
})

export const colours = computed(() => {
  const path = paths.value.includes(coloured.value) ? coloured.value : ''
  return colouring(shown.value, path, theme.value, numbers.value)
})

export function toggle(id: string): void {
  const now = shown.value.map((run) => run.id)
  chosen.value = now.includes(id) ? now.filter((other) => other !== id) : [...now, id]
}

/** What the server has been asked for: it is asked again only for others. */
let asked = ''
effect(() => {
  // Of the one whose details are shown, at least the notes are.
  const more = entries.value.has(opened.value) ? [opened.value] : []
  const ids = [...new Set([...shown.value.map(({ id }) => id), ...more])]
  if (entries.value.size === 0 || asked === ids.join()) return
  asked = ids.join()
  void points().follow(ids)
})

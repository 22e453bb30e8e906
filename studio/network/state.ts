import { batch, signal } from '@preact/signals'
import { type Remote, wrap } from 'comlink'
import { replaceQuery, route } from '../parts/address'
import type { View } from './drawing/view'
import type { Graph } from './graph/graph'
import type { Layout } from './graph/layout'
import type { LayoutService } from './graph/layout-worker'
import { type BuiltIn, builtIn, isBuiltIn } from './models/built-in'
import type { NetworkService, Opened } from './worker'

/** A model that is drawn. */
export interface Drawn extends Opened {
  /** Under which the worker has it. */
  readonly key: string
  /** The name of a model of the library; undefined for one of a file. */
  readonly name: BuiltIn | undefined
}

export const service = signal<Remote<NetworkService> | undefined>(undefined)
let layouts: Remote<LayoutService> | undefined

/** The models side by side; the first is the one that is looked at. */
export const drawn = signal<readonly Drawn[]>([])
export const problem = signal<string | undefined>(undefined)
/** What is being waited for. */
export const busy = signal<string | undefined>(undefined)

export const opened = signal<ReadonlySet<string>>(new Set())
export const hidesShared = signal(false)
/** The id of the node that is looked at. */
export const selected = signal<string | undefined>(undefined)
export const layout = signal<Layout | undefined>(undefined)
export const view = signal<View | undefined>(undefined)

/** Starts the workers; gives a function that ends them. */
export function start(): () => void {
  const workers = [
    new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
    new Worker(new URL('./graph/layout-worker.ts', import.meta.url), { type: 'module' }),
  ]
  for (const worker of workers) {
    worker.addEventListener('error', ({ message }) => {
      problem.value = message
    })
  }
  service.value = wrap<NetworkService>(workers[0]!)
  layouts = wrap<LayoutService>(workers[1]!)
  return () => {
    service.value = undefined
    layouts = undefined
    drawn.value = []
    layout.value = undefined
    for (const worker of workers) worker.terminate()
  }
}

let keys = 0

/** Opens a model; what is drawn stays if that fails, with the reason in `problem`. */
async function open(what: string, get: (remote: Remote<NetworkService>, key: string) => Promise<Opened>) {
  const remote = service.value
  if (remote === undefined) return undefined
  busy.value = what
  try {
    const key = `model ${keys++}`
    const result = { key, ...(await get(remote, key)) }
    problem.value = undefined
    return result
  } catch (failure) {
    problem.value = failure instanceof Error ? failure.message : String(failure)
    return undefined
  } finally {
    busy.value = undefined
  }
}

export async function openBuiltIn(name: BuiltIn): Promise<Drawn | undefined> {
  const found = await open(`Making ${builtIn[name]} …`, (remote, key) => remote.openBuiltIn(key, name))
  return found && { ...found, name }
}

export async function openFile(file: File): Promise<Drawn | undefined> {
  const found = await open(`Reading ${file.name} …`, (remote, key) => remote.openFile(key, file))
  return found && { ...found, name: undefined }
}

/** Shows a model in the place of the first. */
export async function show(model: Drawn | undefined, inside: Iterable<string> = [], layer?: string): Promise<void> {
  if (model === undefined) return
  for (const old of drawn.value.slice(0, 1)) void service.value?.close(old.key)
  const open = new Set(inside)
  const laid = await laidOut(model.graph, open)
  batch(() => {
    drawn.value = [model, ...drawn.value.slice(1)]
    opened.value = open
    selected.value = layer
    view.value = undefined
    layout.value = laid
  })
  remember()
}

export const laidOut = async (graph: Graph, open: ReadonlySet<string>): Promise<Layout | undefined> =>
  layouts?.layOut(graph, { opened: open, hidesShared: hidesShared.value })

/** Opens and closes nodes. What is at `anchor` stays where it is on the screen. */
export async function reveal(next: ReadonlySet<string>, anchor?: number): Promise<void> {
  const model = drawn.value[0]
  if (model === undefined) return
  const laid = await laidOut(model.graph, next)
  const [before, shown] = [layout.value, view.value]
  if (laid === undefined) return
  const [from, to] = [placeIn(before, anchor), placeIn(laid, anchor)]
  batch(() => {
    opened.value = next
    layout.value = laid
    if (from !== undefined && to !== undefined && shown !== undefined) {
      view.value = { ...shown, x: shown.x + to.x - from.x, y: shown.y + to.y - from.y }
    }
  })
  remember()
}

/** The middle of the upper border of a node. */
export function placeIn(laid: Layout | undefined, place: number | undefined): { x: number; y: number } | undefined {
  const at = laid === undefined || place === undefined ? -1 : laid.nodes.indexOf(place)
  if (at < 0) return undefined
  const [x, y, width] = laid!.boxes.subarray(4 * at, 4 * at + 3)
  return { x: x! + width! / 2, y: y! }
}

export function select(id: string | undefined): void {
  selected.value = id
  remember()
}

/** Writes what is drawn into the address, as far as another visit can find it. */
export function remember(): void {
  const query = new URLSearchParams()
  const [model] = drawn.value
  if (model?.name !== undefined) query.set('model', model.name)
  if (opened.value.size > 0) query.set('open', [...opened.value].join(' '))
  if (selected.value !== undefined) query.set('layer', selected.value)
  replaceQuery('network', query)
}

/** What the address asks for. */
export function remembered(): { readonly model: BuiltIn; readonly open: readonly string[]; readonly layer?: string } {
  const { query } = route.value
  const [model, open, layer] = ['model', 'open', 'layer'].map((name) => query.get(name))
  return {
    model: model && isBuiltIn(model) ? model : 'lenet',
    open: open ? open.split(' ') : [],
    ...(layer && { layer }),
  }
}

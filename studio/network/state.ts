import { batch, type Signal, signal } from '@preact/signals'
import { type Remote, wrap } from 'comlink'
import { replaceQuery, route } from '../parts/address'
import { fileAddress } from '../runs/server'
import type { View } from './drawing/view'
import { type Graph, lonely, wayTo } from './graph/graph'
import type { Layout } from './graph/layout'
import type { LayoutService } from './graph/layout-worker'
import { type BuiltIn, builtIn, isBuiltIn } from './models/built-in'
import type { Feed, NetworkService, NumbersView, Opened } from './worker'

/** A model that is drawn. */
export interface Drawn extends Opened {
  /** Under which the worker has it. */
  readonly key: string
  /** The name of a model of the library; undefined for one of a file. */
  readonly name: BuiltIn | undefined
  /** The run whose file it is in, where it is one of the local server's. */
  readonly run?: RunOfFile
  /** Its nodes that are opened, by their ids. */
  readonly opened: Signal<ReadonlySet<string>>
  readonly layout: Signal<Layout | undefined>
  readonly view: Signal<View | undefined>
  /** The id of the node that is looked at. */
  readonly selected: Signal<string | undefined>
}

interface RunOfFile {
  readonly id: string
  readonly file: string
}

export const service = signal<Remote<NetworkService> | undefined>(undefined)
let layouts: Remote<LayoutService> | undefined

/** The models side by side; the first is the one that is looked at. */
export const drawn = signal<readonly Drawn[]>([])
/** The key of the model in which something has been clicked last: it is told about beside the drawings. */
export const looked = signal('')
export const problem = signal<string | undefined>(undefined)
/** What is being waited for. */
export const busy = signal<string | undefined>(undefined)
export const hidesShared = signal(false)
/** What stands beside the drawing. */
export const aspect = signal<'layer' | 'compiled'>('layer')

/** The input that the model runs on, and what of it has values. */
export const fed = signal<{ readonly inputs: readonly NumbersView[]; readonly names: readonly string[] } | undefined>(
  undefined,
)

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
    for (const worker of workers) worker.terminate()
  }
}

let keys = 0
const nothing: Graph = { title: '', nodes: [], edges: [] }

/** Opens a model; what is drawn stays if that fails, with the reason in `problem`. */
async function open(
  what: string,
  name: BuiltIn | undefined,
  get: (remote: Remote<NetworkService>, key: string) => Promise<Opened>,
): Promise<Drawn | undefined> {
  const remote = service.value
  if (remote === undefined) return undefined
  busy.value = what
  try {
    const key = `model ${keys++}`
    const found = await get(remote, key)
    problem.value = undefined
    return {
      ...{ ...found, key, name, opened: signal<ReadonlySet<string>>(new Set()), selected: signal(undefined) },
      ...{ layout: signal(undefined), view: signal(undefined) },
    }
  } catch (failure) {
    problem.value = failure instanceof Error ? failure.message : String(failure)
    return undefined
  } finally {
    busy.value = undefined
  }
}

export const openBuiltIn = (name: BuiltIn): Promise<Drawn | undefined> =>
  open(`Making ${builtIn[name]} …`, name, (remote, key) => remote.openBuiltIn(key, name))

export const openFile = (file: File): Promise<Drawn | undefined> =>
  open(`Reading ${file.name} …`, undefined, (remote, key) => remote.openFile(key, file))

/** Opens the weights of a run of the local server. */
async function openRun({ id, file }: RunOfFile): Promise<Drawn | undefined> {
  const response = await fetch(fileAddress(id, file)).catch(() => undefined)
  if (response?.ok !== true) {
    problem.value = `The run '${id}' has no file '${file}', or the studio's server is gone.`
    return undefined
  }
  const found = await openFile(new File([await response.blob()], `${id}: ${file}`))
  return found && { ...found, run: { id, file } }
}

/** Shows a model in the place of another one, or behind all. */
export async function show(
  model: Drawn | undefined,
  at = 0,
  {
    open = lonely(model?.graph ?? nothing),
    layer,
  }: { readonly open?: readonly string[]; readonly layer?: string } = {},
): Promise<void> {
  if (model === undefined) return
  model.opened.value = new Set(open)
  model.selected.value = layer
  await layOut(model)
  const old = drawn.value[at]
  if (old !== undefined) void service.value?.close(old.key)
  batch(() => {
    drawn.value = [...drawn.value.slice(0, at), model, ...drawn.value.slice(at + 1)]
    if (at === 0) fed.value = undefined
    // Drawings get another size when their number changes.
    if (old === undefined) for (const one of drawn.value) one.view.value = undefined
  })
  remember()
}

/** Takes a model away that others are compared with. */
export function drop(model: Drawn): void {
  void service.value?.close(model.key)
  batch(() => {
    drawn.value = drawn.value.filter((other) => other !== model)
    for (const one of drawn.value) one.view.value = undefined
  })
  remember()
}

async function layOut(model: Drawn, opened = model.opened.value): Promise<void> {
  const laid = await layouts?.layOut(model.graph, { opened, hidesShared: hidesShared.value })
  batch(() => {
    model.opened.value = opened
    if (laid !== undefined) model.layout.value = laid
  })
}

let feeds = 0

/** Runs the first model on an input; of several that come quickly the last one is shown. */
export async function feed(what: Feed): Promise<void> {
  const [model] = drawn.value
  const turn = ++feeds
  busy.value = 'Running the model …'
  try {
    const found = model && (await service.value?.feed(model.key, what))
    if (turn !== feeds || model !== drawn.value[0]) return
    problem.value = undefined
    fed.value = found
  } catch (failure) {
    if (turn === feeds) problem.value = failure instanceof Error ? failure.message : String(failure)
  } finally {
    if (turn === feeds) busy.value = undefined
  }
}

/** Opens and closes nodes. What is at `anchor` stays where it is on the screen; without one the drawing is seen from its beginning. */
export async function reveal(model: Drawn, opened: ReadonlySet<string>, anchor?: number): Promise<void> {
  const before = placeIn(model.layout.value, anchor)
  if (anchor === undefined) busy.value = 'Laying it out …'
  await layOut(model, opened)
  busy.value = undefined
  const [after, view] = [placeIn(model.layout.value, anchor), model.view.value]
  if (before !== undefined && after !== undefined && view !== undefined) {
    model.view.value = { ...view, x: view.x + after.x - before.x, y: view.y + after.y - before.y }
  } else model.view.value = undefined
  remember()
}

export function toggle(model: Drawn, place: number): void {
  const { id } = model.graph.nodes[place]!
  const next = new Set(model.opened.value)
  if (!next.delete(id)) next.add(id)
  void reveal(model, next, place)
}

/** The middle of the upper border of a node. */
export function placeIn(laid: Layout | undefined, place: number | undefined): { x: number; y: number } | undefined {
  const at = laid === undefined || place === undefined ? -1 : laid.nodes.indexOf(place)
  if (at < 0) return undefined
  const [x, y, width] = laid!.boxes.subarray(4 * at, 4 * at + 3)
  return { x: x! + width! / 2, y: y! }
}

export function select(model: Drawn, place: number): void {
  looked.value = model.key
  model.selected.value = model.graph.nodes[place]?.id
  remember()
}

/** Looks at a node: opens what it lies in, and brings it into the middle of a drawing of this size. */
export async function goTo(model: Drawn, place: number, screen: { width: number; height: number }): Promise<void> {
  const { graph, opened } = model
  const around = wayTo(graph, place).slice(0, -1)
  const next = new Set([...opened.value, ...around.map((at) => graph.nodes[at]!.id)])
  if (next.size > opened.value.size) await layOut(model, next)
  select(model, place)
  const [at, view] = [placeIn(model.layout.value, place), model.view.value]
  if (at === undefined || view === undefined) return
  const scale = Math.max(0.6, view.scale)
  model.view.value = { x: at.x - screen.width / 2 / scale, y: at.y - screen.height / 3 / scale, scale }
}

/** Writes what is drawn into the address, as far as another visit can find it. */
export function remember(): void {
  const query = new URLSearchParams()
  const [model, ...others] = drawn.value
  if (model?.run !== undefined) {
    query.set('run', model.run.id)
    query.set('file', model.run.file)
  }
  if (model?.name !== undefined) query.set('model', model.name)
  if (model?.name !== undefined || model?.run !== undefined) {
    if (model.opened.value.size > 0) query.set('open', [...model.opened.value].join(' '))
    if (model.selected.value !== undefined) query.set('layer', model.selected.value)
    const names = others.flatMap(({ name }) => name ?? [])
    if (names.length > 0) query.set('with', names.join(' '))
    if (aspect.value !== 'layer') query.set('aspect', aspect.value)
  }
  replaceQuery('network', query)
}

/** Shows what the address asks for. */
export async function restore(): Promise<void> {
  const { query } = route.value
  const model = query.get('model') ?? ''
  const layer = query.get('layer') ?? undefined
  const others = (query.get('with') ?? '').split(' ').filter(isBuiltIn)
  aspect.value = query.get('aspect') === 'compiled' ? 'compiled' : 'layer'
  const open = query.get('open')?.split(' ').filter(Boolean)
  const opened = { ...(open !== undefined && { open }), ...(layer !== undefined && { layer }) }
  const [id, file] = [query.get('run'), query.get('file')]
  const ofRun = id !== null && file !== null ? await openRun({ id, file }) : undefined
  if (ofRun !== undefined) await show(ofRun, 0, opened)
  else await show(await openBuiltIn(isBuiltIn(model) ? model : 'lenet'), 0, opened)
  for (const [i, name] of others.entries()) await show(await openBuiltIn(name), i + 1)
}

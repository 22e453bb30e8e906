import { signal } from '@preact/signals'
import { proxy, type Remote, wrap } from 'comlink'
import type { RecipeEntry, RunDetails, RunEntry, RunList, Start, StartErrors } from '../../src/studio/api'
import type { Connection, RunFollower } from './worker'

/** Whether there is a server: not where the pages are served as plain files. */
export const server = signal<'unknown' | 'none' | 'locked' | Connection>('unknown')
/** All runs by id. */
export const entries = signal<ReadonlyMap<string, RunEntry>>(new Map())
/** Where they lie. */
export const folder = signal('')
/** Counts up when there are new points of these runs. */
export const arrivals = signal<{ readonly count: number; readonly ids: ReadonlySet<string> }>({
  count: 0,
  ids: new Set(),
})

let follower: Remote<RunFollower> | undefined
let begun: Promise<void> | undefined

/** The worker that holds the points. */
export const points = (): Remote<RunFollower> => {
  follower ??= wrap<RunFollower>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
  return follower
}

/** Asks whether there is a server, and listens to it from then on. */
export function begin(): Promise<void> {
  begun ??= open()
  return begun
}

async function open(): Promise<void> {
  const response = await fetch('/api/runs').catch(() => undefined)
  const isAnswer = response?.headers.get('content-type')?.startsWith('application/json') ?? false
  if (!isAnswer || response === undefined) {
    server.value = response?.status === 401 ? 'locked' : 'none'
    // A server that is started later is found by the next visit.
    begun = undefined
    return
  }
  const list = (await response.json()) as RunList
  folder.value = list.folder
  entries.value = new Map(list.runs.map((run) => [run.id, run]))
  server.value = 'opening'
  await points().connect(
    proxy({
      onConnection(state) {
        server.value = state
      },
      onRuns(changed, gone, anew) {
        const known = new Map(anew ? [] : entries.value)
        for (const run of changed) known.set(run.id, run)
        for (const id of gone) known.delete(id)
        entries.value = known
      },
      onPoints(ids) {
        arrivals.value = { count: arrivals.value.count + 1, ids: new Set(ids) }
      },
    }),
  )
}

/** What the server has refused, with what is wrong with each option, if it says so. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly errors: StartErrors = {},
  ) {
    super(message)
  }
}

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`/api/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  }).catch(() => {
    throw new Refused('The studio does not answer. Is it still running?')
  })
  const answer = await response.json().catch(() => ({ error: `The studio answers ${response.status}.` }))
  if (!response.ok) throw new Refused(answer.error, answer.errors)
  return answer as Answer
}

const at = (id: string): string => `runs/${encodeURIComponent(id)}`

export const recipes = (): Promise<RecipeEntry[]> => ask('GET', 'recipes')
export const check = (start: Start): Promise<StartErrors> => ask('POST', 'check', start)
export const start = (given: Start): Promise<{ readonly id: string }> => ask('POST', 'runs', given)
export const details = (id: string): Promise<RunDetails> => ask('GET', at(id))
export const stop = (id: string): Promise<object> => ask('POST', `${at(id)}/stop`)
export const resume = (id: string): Promise<object> => ask('POST', `${at(id)}/resume`)
export const remove = (id: string): Promise<object> => ask('DELETE', at(id))
export const annotate = (id: string, label: string, note: string): Promise<object> =>
  ask('PATCH', at(id), { label, note })

/** The address of a file of a run; `stamp` tells the browser when it is another one. */
export const fileAddress = (id: string, path: string, stamp?: number): string =>
  `/api/${at(id)}/files/${path.split('/').map(encodeURIComponent).join('/')}${stamp === undefined ? '' : `?at=${stamp}`}`
export const downloadAddress = (id: string, path: string): string => `${fileAddress(id, path)}?download`
export const reportAddress = (id: string): string => `/api/${at(id)}/report`

/** A file of a run as JSON; undefined if there is none. */
export async function readJson<Content>(id: string, path: string): Promise<Content | undefined> {
  const response = await fetch(fileAddress(id, path))
  return response.ok ? ((await response.json()) as Content) : undefined
}

export async function readText(id: string, path: string): Promise<string | undefined> {
  const response = await fetch(fileAddress(id, path))
  return response.ok ? response.text() : undefined
}

import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { fail, ShapewiseError } from '../core/errors.js'
import { recipes } from '../recipes/index.js'
import { reportPage } from '../train/report/report.js'
import { claimFolder } from '../train/store/claim.js'
import { RunFolder } from '../train/store/run-folder.js'
import type { RecipeEntry, Refusal, RunList, Start } from './api.js'
import { detailsOf } from './runs/details.js'
import type { RunEntries } from './runs/entries.js'
import { openFile } from './runs/files.js'
import { type Command, launch, readStart, resume, stop } from './runs/launch.js'
import { linesBehind } from './runs/metrics.js'
import { placeWithin } from './runs/place.js'

const MOST_BODY_BYTES = 64 * 1024
const MOST_LABEL = 200
const MOST_NOTE = 20_000

/** What the pages ask for below `/api`: runs of a folder, and recipes to start. */
export function api(root: string, entries: RunEntries, command: Command): Hono {
  const app = new Hono()
  app.use(
    bodyLimit({ maxSize: MOST_BODY_BYTES, onError: (context) => refuse(context, 413, 'The message is too long.') }),
  )
  app.onError((error, context) => {
    if (error instanceof ShapewiseError) return refuse(context, 400, error.message)
    return refuse(context, 500, `The studio has failed: ${error.message}`)
  })

  app.get('/recipes', (context) => {
    const listed = recipes.map(({ name, title, source, literature, options }) => ({
      name,
      title,
      source,
      literature,
      options,
    }))
    return context.json<RecipeEntry[]>(listed)
  })
  app.post('/check', async (context) => context.json(readStart(await startIn(context)).errors))

  app.get('/runs', async (context) =>
    context.json<RunList>({ folder: root, runs: [...(await entries.all()).values()] }),
  )
  app.post('/runs', async (context) => {
    const start = await startIn(context)
    const { errors } = readStart(start)
    if (Object.keys(errors).length > 0) return context.json({ error: 'The run cannot be started so.', errors }, 400)
    const id = await launch(root, command, start)
    return context.json({ id })
  })
  app.get('/runs/:id', async (context) =>
    context.json(await detailsOf(root, await entries.one(context.req.param('id')))),
  )
  app.patch('/runs/:id', async (context) => {
    const { label = '', note = '' } = await textsIn(context)
    if (label.length > MOST_LABEL || note.length > MOST_NOTE) fail('The text is too long.')
    const folder = await RunFolder.open(await placeWithin(root, [(await entries.one(context.req.param('id'))).id]))
    await folder.writeNotes({ ...(label !== '' && { label }), ...(note !== '' && { note }) })
    entries.forget(context.req.param('id'))
    return context.json({})
  })
  app.delete('/runs/:id', async (context) => {
    const { id, state } = await entries.one(context.req.param('id'))
    if (state === 'starting') fail('The run is just starting.', 'Stop it first.')
    const path = await placeWithin(root, [id])
    // Nobody writes there from now on.
    const release = await claimFolder(path)
    await rm(path, { recursive: true, force: true }).finally(release)
    return context.json({})
  })
  app.post('/runs/:id/stop', async (context) => {
    await stop(root, (await entries.one(context.req.param('id'))).id)
    return context.json({})
  })
  app.post('/runs/:id/resume', async (context) => {
    await resume(root, command, (await entries.one(context.req.param('id'))).id)
    entries.forget(context.req.param('id'))
    return context.json({})
  })

  app.get('/runs/:id/metrics', async (context) => {
    const file = await placeWithin(root, [...idOf(context), 'metrics.jsonl'])
    const cursor = context.req.query('cursor') ?? ''
    return context.json((await linesBehind(file, cursor)) ?? { text: '', cursor, anew: false, hasMore: false })
  })
  app.get('/runs/:id/report', async (context) => {
    const { id } = await entries.one(context.req.param('id'))
    const page = await reportPage(await RunFolder.open(await placeWithin(root, [id])))
    context.header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(id)}.html`)
    context.header('Content-Security-Policy', 'sandbox')
    return context.html(page)
  })
  app.get('/runs/:id/files/:path{.+}', async (context) => {
    const names = [...idOf(context), ...context.req.param('path').split('/')]
    const isAsked = context.req.query('download') !== undefined
    const { handle, headers } = await openFile(root, names, isAsked)
    return context.body(Readable.toWeb(handle.createReadStream()) as ReadableStream, 200, headers)
  })
  return app
}

/** The run that a path names, or with `?part=` a part of it. */
function idOf(context: Context): string[] {
  const part = context.req.query('part')
  return [context.req.param('id') ?? '', ...(part === undefined ? [] : [part])]
}

const refuse = (context: Context, status: 400 | 413 | 500, error: string): Response =>
  context.json<Refusal>({ error }, status)

/** The texts of a message. @throws if it is not JSON, or holds something else */
async function textsIn(context: Context): Promise<Readonly<Record<string, string>>> {
  const message: unknown = await context.req.json().catch(() => fail('The message is no JSON.'))
  return texts(message)
}

async function startIn(context: Context): Promise<Start> {
  const message = (await context.req.json().catch(() => fail('The message is no JSON.'))) as Partial<Start> | null
  if (typeof message?.recipe !== 'string') fail('The message names no recipe.')
  const { recipe, options = {}, seed } = message
  return { recipe, options: texts(options), ...(seed !== undefined && { seed: String(seed) }) }
}

function texts(given: unknown): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null || !Object.values(given).every((one) => typeof one === 'string')) {
    fail('The message holds something else than texts.')
  }
  return given as Readonly<Record<string, string>>
}

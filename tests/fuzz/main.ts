import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type News, type Order, serve } from './worker.js'

// The command of scripts/fuzz.mjs: hands ranges of seeds to processes and collects what they find.

/** Programs that one process runs before a fresh one takes over. */
const RANGE = 250
/** A program that takes longer hangs. */
const PATIENCE_MS = 120_000
/** Files for failures of one kind. */
const FILES_PER_KIND = 3

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback)
}

async function main(): Promise<void> {
  const [first, programs, workers] = [option('seed', '0'), option('programs', '1000'), option('workers', '2')].map(
    Number,
  )
  const backends = option('backend', 'native,wasm').split(',')
  const length = Number(option('length', '0')) || undefined
  const out = option('out', 'fuzz-failures')
  const kinds = new Map<string, number>()
  const illegal = new Map<string, number>()
  let [next, finished, failed] = [first, 0, 0]
  const started = performance.now()

  const note = (kind: string, summary: string, snippet: string): void => {
    failed++
    const count = (kinds.get(kind) ?? 0) + 1
    kinds.set(kind, count)
    process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[K' : ''}${summary}\n`)
    if (count > FILES_PER_KIND) return
    mkdirSync(out, { recursive: true })
    const name = `${out}/${kind.replace(/[^a-zA-Z0-9]+/g, '-').slice(0, 60)}-${summary.split(' ')[0]}.ts`
    if (!existsSync(name)) writeFileSync(name, snippet)
  }
  const progress = (): void => {
    if (!process.stdout.isTTY && finished % 1000 !== 0) return
    const rate = (finished / (performance.now() - started)) * 1000
    process.stdout.write(
      `${process.stdout.isTTY ? '\r' : ''}${finished} of ${programs} programs, ${failed} failed, ${rate.toFixed(0)} a second${process.stdout.isTTY ? '' : '\n'}`,
    )
  }

  /** Ranges of seeds one after the other, each in a process of its own. */
  const work = async (): Promise<void> => {
    while (next < first + programs) {
      const order: Order = {
        length,
        first: next,
        count: Math.min(RANGE, first + programs - next),
        backend: backends[(next / RANGE) & 1 ? backends.length - 1 : 0],
      }
      next += order.count
      for (let left: Order | undefined = order; left !== undefined && left.count > 0; ) left = await run(left)
    }
  }
  /** One process; what is left to do if it ends early. */
  const run = (order: Order): Promise<Order | undefined> =>
    new Promise((resolve) => {
      // One thread and two in turn.
      const threads = String(1 + (Math.floor(order.first / RANGE / 2) & 1))
      const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['--worker'], {
        env: { ...process.env, SHAPEWISE_THREADS: threads },
        execArgv: ['--expose-gc', ...(process.env.FUZZ_ARGV?.split(' ') ?? [])],
      })
      let current = order.first
      let isDone = false
      const hangs = (): void => {
        note(
          'hangs',
          `${current} ${order.backend} hangs, or takes more than ${PATIENCE_MS / 1000} s`,
          `// seed ${current}`,
        )
        child.kill('SIGKILL')
      }
      let timer = setTimeout(hangs, PATIENCE_MS)
      child.on('message', (news: News) => {
        clearTimeout(timer)
        timer = setTimeout(hangs, PATIENCE_MS)
        if ('started' in news) current = news.started
        else if ('done' in news) isDone = true
        else {
          const { failure, illegal: reason } = news.finished
          finished++
          if (reason !== undefined) illegal.set(reason.slice(0, 80), (illegal.get(reason.slice(0, 80)) ?? 0) + 1)
          if (failure !== undefined) note(`${failure.kind}`, failure.summary, failure.snippet)
          progress()
        }
      })
      child.on('exit', (code, signal) => {
        clearTimeout(timer)
        if (isDone) return resolve(undefined)
        if (signal !== 'SIGKILL')
          note('crash', `${current} ${order.backend}: the process ends with ${code ?? signal}`, `// seed ${current}`)
        finished++
        resolve({ ...order, first: current + 1, count: order.first + order.count - current - 1 })
      })
      child.send(order)
    })

  await Promise.all(Array.from({ length: workers }, work))
  console.log(
    `\n${finished} programs from seed ${first}, ${[...illegal.values()].reduce((a, b) => a + b, 0)} not legal, ${failed} failed`,
  )
  for (const [kind, count] of [...kinds].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(6)} ${kind}`)
  for (const [reason, count] of illegal) console.log(`${String(count).padStart(6)} not legal: ${reason}`)
  process.exitCode = failed > 0 ? 1 : 0
}

if (process.argv.includes('--worker')) serve()
else void main()

import { fail } from '../../../core/errors.js'
import type { Diagnosis } from '../load.js'
import { loadWasm, loadWasmThreads } from './kernels.js'
import type { ThreadMessage } from './module.js'
import type { StartWorker } from './pool.js'

/** How the WebAssembly kernels are fetched and run. */
export interface WasmOptions {
  /** The folder of `shapewise.wasm` and `shapewise-threads.wasm`, if they do not lie where the library expects them. */
  readonly url?: string | URL
  /** How many threads compute; by default one for each core. With more than one the page has to be cross-origin isolated. */
  readonly threads?: number
}

const oneThread = 'shapewise.wasm'
const moreThreads = 'shapewise-threads.wasm'

const isolationCure =
  'Serve the page and its scripts with the headers `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`.'

/** Fetches the module and makes it ready: on several threads where the page allows it, else on one, which is said. */
export async function fetchWasm({ url, threads = coresForPages() }: WasmOptions): Promise<Diagnosis> {
  const problem = threads > 1 ? whyNoThreads() : undefined
  if (threads <= 1 || problem !== undefined) {
    const reason = problem && { problem: `one thread only: ${problem}`, cure: isolationCure }
    return { ...(await fetchOne(url)), ...reason }
  }
  const path = addressOf(moreThreads, url)
  const module = await fetchModule(path)
  try {
    const maySleep = !('document' in globalThis)
    const { kernels, ready } = loadWasmThreads(module, { threads, startWorker: pageWorker, maySleep, startNow: true })
    await ready
    return { build: 'wasm', path, kernels }
  } catch (error) {
    const reason = `the workers do not start: ${error instanceof Error ? error.message : String(error)}`
    return { ...(await fetchOne(url)), problem: `one thread only: ${reason}`, cure: workerCure }
  }
}

const workerCure = `Look into the browser's console: the address or the headers of \`wasm-worker.js\` may be wrong. ${isolationCure}`

async function fetchOne(url: string | URL | undefined): Promise<Diagnosis> {
  const path = addressOf(oneThread, url)
  return { build: 'wasm', path, kernels: loadWasm(await fetchModule(path)) }
}

function whyNoThreads(): string | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  if (!crossOriginIsolated) return 'the page is not cross-origin isolated, so that threads cannot share memory'
  return undefined
}

/** Browsers count the two threads of a core as two; small processors seldom have them. */
function coresForPages(): number {
  const logical = globalThis.navigator?.hardwareConcurrency ?? 1
  return logical <= 4 ? logical : Math.min(Math.ceil(logical / 2), 16)
}

/** Seen from dist/shared, where `scripts/bundle.mjs` puts this module; written out, so that bundlers take the files along. */
function addressOf(file: typeof oneThread | typeof moreThreads, folder: string | URL | undefined): string {
  if (folder !== undefined) {
    const base = new URL(folder, globalThis.location?.href)
    if (!base.pathname.endsWith('/')) base.pathname += '/'
    return new URL(file, base).href
  }
  if (file === oneThread) return new URL('../kernels/shapewise.wasm', import.meta.url).href
  return new URL('../kernels/shapewise-threads.wasm', import.meta.url).href
}

const urlCure = 'Pass the folder of the module: `loadWasmBackend({ url })`; it is dist/kernels in the package.'

async function fetchModule(address: string): Promise<WebAssembly.Module> {
  const response = await fetch(address).catch((error: unknown) =>
    fail(`loadWasmBackend: ${address} cannot be fetched (${error instanceof Error ? error.message : error})`, urlCure),
  )
  if (!response.ok)
    fail(`loadWasmBackend: ${address} cannot be fetched: the server answers ${response.status}`, urlCure)
  const type = response.headers.get('Content-Type') ?? 'nothing'
  if (type.startsWith('application/wasm')) return WebAssembly.compileStreaming(response).catch(failCompiling)
  // Servers that do not know the type mean no harm, as long as it is a module what they send.
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== '\0asm') {
    fail(`loadWasmBackend: what lies at ${address} is no WebAssembly module; the server calls it ${type}`, urlCure)
  }
  return WebAssembly.compile(bytes).catch(failCompiling)
}

const failCompiling = (error: unknown): never =>
  fail(
    `loadWasmBackend: this browser does not compile the kernels (${error instanceof Error ? error.message : error})`,
    'They need WebAssembly with SIMD: Chrome 91, Firefox 89, Safari 16.4 or newer. Or stay with the reference backend.',
  )

const pageWorker: StartWorker = (start, onMessage) => {
  const worker = makeWorker()
  worker.onmessage = ({ data }: MessageEvent<ThreadMessage>) => onMessage(data)
  worker.onerror = ({ message }) => onMessage({ kind: 'lost', reason: message || 'its script cannot be loaded' })
  worker.postMessage(start)
  return { keepAlive: () => {} }
}

function makeWorker(): Worker {
  try {
    return new Worker(new URL('./wasm-worker.js', import.meta.url), { type: 'module' })
  } catch {
    // A library from another origin: its script may be imported, not started.
    const script = `import ${JSON.stringify(new URL('./wasm-worker.js', import.meta.url).href)}`
    return new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), { type: 'module' })
  }
}

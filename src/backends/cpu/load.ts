import { version } from '../../core/version.js'
import { addonPackage, packagedAddon } from './addon.js'
import { CpuBackend, type Kernels } from './backend.js'
import { loadNative } from './native.js'
import { loadWasm, loadWasmThreads } from './wasm/kernels.js'
import { environment, fileSystem, isNode, nodeWorkers, wantedThreads } from './wasm/node.js'
import { fetchWasm, type WasmOptions } from './wasm/page.js'

/** What was found when a build of the kernels was looked for. */
export interface Diagnosis {
  readonly build: 'native' | 'wasm'
  readonly path: string
  /** The loaded kernels; absent if there are none. */
  readonly kernels?: Kernels
  /** Why there are none, or why they run on one thread only. */
  readonly problem?: string
  readonly cure?: string
}

/** A file of the package, wherever in its src or dist this module is. */
export const packageFile = (file: string): URL =>
  new URL(import.meta.url.replace(/^(.*)\/(?:src|dist)\/.*$/, `$1/${file}`))
const builtFile = (file: string): URL => packageFile(`dist/${file}`)
const pathOf = (file: string): string => decodeURIComponent(builtFile(file).pathname)

let native: Diagnosis | undefined

/**
 * The addon of this machine: what has been built here, or what a package brings. `SHAPEWISE_ADDON` names another one, for
 * example with sanitizers.
 */
export function diagnoseNative(): Diagnosis {
  native ??= environment.SHAPEWISE_ADDON === undefined ? findNative() : loadAddon(environment.SHAPEWISE_ADDON)
  return native
}

function findNative(): Diagnosis {
  const built = pathOf('kernels/shapewise.node')
  const files = fileSystem()
  if (files === undefined || files.existsSync(built)) return loadAddon(built)
  const packaged = packagedAddon()
  if (typeof packaged === 'string') return loadAddon(packaged)
  if (packaged === undefined) return withoutNative(built, 'no addon has been built')
  return withoutNative(built, packaged.message, `Run \`npm install ${addonPackage}@${version}\`, or`)
}

function loadAddon(path: string): Diagnosis {
  const loaded = loadNative(path)
  return loaded instanceof Error ? withoutNative(path, loaded.message) : { build: 'native', path, kernels: loaded }
}

function withoutNative(path: string, problem: string, cure = 'With a C++ compiler (g++ or clang++)'): Diagnosis {
  return { build: 'native', path, problem, cure: `${cure} run \`npx shapewise build-native\`.` }
}

let wasm: Diagnosis | undefined

/** The WebAssembly module, if it has been built, for as many threads as there are cores. In pages it has to be fetched first. */
export function diagnoseWasm(): Diagnosis {
  wasm ??= loadWasmFile(wantedThreads())
  return wasm
}

/** The same where the module may have to be fetched, as in pages. */
export async function prepareWasm(options: WasmOptions): Promise<Diagnosis> {
  if (!isNode) wasm = await fetchWasm(options)
  else wasm ??= loadWasmFile(options.threads ?? wantedThreads())
  return wasm
}

/** Loads the module for so many threads from its file; with one thread if there cannot be more. */
export function loadWasmFile(threads: number): Diagnosis {
  const path = pathOf(threads > 1 ? 'kernels/shapewise-threads.wasm' : 'kernels/shapewise.wasm')
  const cure = 'Install the development dependencies and run `npm run build:kernels`.'
  const files = fileSystem()
  if (files === undefined) {
    return isNode
      ? { build: 'wasm', path, problem: 'this Node does not tell its modules', cure: 'Use Node 20.16 or newer.' }
      : { build: 'wasm', path, problem: 'pages have to fetch it', cure: 'Call `await loadWasmBackend()` first.' }
  }
  try {
    const module = new WebAssembly.Module(files.readFileSync(path) as Uint8Array<ArrayBuffer>)
    if (threads === 1) return { build: 'wasm', path, kernels: loadWasm(module) }
    const script = 'shared/wasm-worker.js'
    const startWorker = files.existsSync(pathOf(script)) ? nodeWorkers(builtFile(script)) : undefined
    if (startWorker === undefined) {
      return { ...loadWasmFile(1), problem: `there is no ${pathOf(script)}`, cure: 'Run `npm run build`.' }
    }
    const options = { threads, startWorker, maySleep: true, startNow: false }
    return { build: 'wasm', path, kernels: loadWasmThreads(module, options).kernels }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return threads === 1 ? { build: 'wasm', path, problem, cure } : { ...loadWasmFile(1), problem, cure }
  }
}

/** Every build of the kernels, best first. */
export function diagnoseKernels(): readonly Diagnosis[] {
  return [diagnoseNative(), diagnoseWasm()]
}

/** The best backend there is on this machine; undefined where only the reference runs. */
export function bestBackend(): CpuBackend | undefined {
  const found = diagnoseKernels().find(({ kernels }) => kernels !== undefined)
  return found?.kernels && new CpuBackend(found.kernels)
}

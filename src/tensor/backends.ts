import type { Backend } from '../backends/backend.js'
import { CpuBackend } from '../backends/cpu/backend.js'
import { bestBackend, diagnoseKernels, prepareWasm } from '../backends/cpu/load.js'
import type { WasmOptions } from '../backends/cpu/wasm/page.js'
import { ReferenceBackend } from '../backends/reference/index.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'

/** Backends made so far, by name. */
const backends = new Map<string, Backend>()
let active: Backend | undefined

/**
 * The backend on which everything runs: the one of `setBackend`, else the one that the environment variable
 * SHAPEWISE_BACKEND names, else the fastest there is: native, wasm, reference.
 */
export function backend(): Backend {
  if (active === undefined) {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
    const named = process?.env?.SHAPEWISE_BACKEND
    active = named ? find(named) : keep(bestBackend() ?? new ReferenceBackend())
  }
  return active
}

/** The names of the backends there are here, fastest first. */
export const backendNames = (): readonly string[] => {
  const built = diagnoseKernels().flatMap(({ build, kernels }) => (kernels === undefined ? [] : [build]))
  return [...new Set([...built, ...backends.keys(), 'reference'])]
}

/** Makes a backend available under its name. */
export function registerBackend(added: Backend): void {
  backends.set(added.name, added)
}

/**
 * Chooses the backend by name. Values made on another one are moved when they are needed.
 *
 * @throws if there is no such backend here; the message says what is missing, or lists those there are.
 */
export function setBackend(name: string): void {
  const next = find(name)
  if (next !== active) active?.finish?.()
  active = next
}

let fetching: Promise<Backend> | undefined

/**
 * Makes the WebAssembly backend the active one. Pages need this call once, before anything is computed: the module is fetched and,
 * where the page is cross-origin isolated, workers are started. Without isolation it runs on one thread; `kernelReport()` says so.
 * In Node the module is read from its file. Later calls choose the backend that the first has made.
 *
 * ```ts
 * await loadWasmBackend()
 * ```
 *
 * @throws if the module cannot be fetched or compiled; the message says why, and what to do.
 */
export async function loadWasmBackend(options: WasmOptions = {}): Promise<Backend> {
  checkOptions('loadWasmBackend', options, { url: true, threads: true })
  fetching ??= makeWasm(options).catch((error: unknown) => {
    fetching = undefined
    throw error
  })
  active = await fetching
  return active
}

async function makeWasm(options: WasmOptions): Promise<Backend> {
  const { kernels, problem, cure } = await prepareWasm(options)
  if (kernels === undefined) fail(`loadWasmBackend: ${problem}`, cure)
  return keep(backends.get('wasm') ?? new CpuBackend(kernels))
}

/** The backend of that name, made on first use. */
export function find(name: string): Backend {
  const known = backends.get(name)
  if (known !== undefined) return known
  if (name === 'reference') return keep(new ReferenceBackend())
  const diagnosis = diagnoseKernels().find(({ build }) => build === name)
  if (diagnosis?.kernels !== undefined) return keep(new CpuBackend(diagnosis.kernels))
  if (diagnosis !== undefined) fail(`backend: '${name}' cannot be used here: ${diagnosis.problem}`, diagnosis.cure)
  return fail(`backend: there is no '${name}' here`, `Use one of: ${backendNames().join(', ')}.`)
}

function keep(made: Backend): Backend {
  backends.set(made.name, made)
  return made
}

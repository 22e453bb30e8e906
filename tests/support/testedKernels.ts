import type { Handle, Kernels } from '../../src/backends/cpu/backend.js'
import { type Diagnosis, diagnoseNative, loadWasmFile } from '../../src/backends/cpu/load.js'

export interface TestedKernels extends Diagnosis {
  /** Says why there are none, too. */
  readonly name: string
}

/** Every build of the kernels in every way to run it, on two threads at least where there are threads. */
export function testedKernels(): readonly TestedKernels[] {
  const threaded = loadWasmFile(2)
  const hasThreads = threaded.kernels !== undefined && threaded.kernels.threads > 1
  return [
    named('native', diagnoseNative()),
    named('wasm on one thread', loadWasmFile(1)),
    named('wasm on two threads', hasThreads ? threaded : { ...threaded, kernels: undefined }),
  ]
}

/** Kernels that run every program by way of their own thread. */
export function startedKernels(kernels: Kernels): Kernels {
  const { name, isa, threads } = kernels
  const run = (program: Handle, addresses: Float64Array, failure: Float64Array): number => {
    const started = kernels.start?.(program, addresses.slice(), failure, [])
    if (started === undefined) throw new Error(`${name} kernels have no thread of their own`)
    kernels.wait?.(started)
    return started.kind ?? Number.NaN
  }
  return {
    name,
    isa,
    threads,
    run,
    get heldBytes() {
      return kernels.heldBytes
    },
    load: (words) => kernels.load(words),
    allocate: (bytes) => kernels.allocate(bytes),
    adopt: (data) => kernels.adopt(data),
  }
}

const named = (name: string, found: Diagnosis): TestedKernels => ({
  ...found,
  name: found.kernels === undefined ? `${name} (skipped: ${found.problem}. ${found.cure})` : name,
})

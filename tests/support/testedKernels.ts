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

const named = (name: string, found: Diagnosis): TestedKernels => ({
  ...found,
  name: found.kernels === undefined ? `${name} (skipped: ${found.problem}. ${found.cure})` : name,
})

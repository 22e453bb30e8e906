import { CpuBackend, type Kernels } from './backend.js'
import { loadNative } from './native.js'
import { loadWasm } from './wasm.js'

/** What was found when a build of the kernels was looked for. */
export interface Diagnosis {
  readonly build: 'native' | 'wasm'
  readonly path: string
  /** The loaded kernels; absent if there are none. */
  readonly kernels?: Kernels
  readonly problem?: string
  readonly cure?: string
}

/** Wherever in src or dist this module is, the kernels are in dist/kernels. */
const pathOf = (file: string): string => {
  const url = import.meta.url.replace(/^(.*)\/(?:src|dist)\/.*$/, `$1/dist/kernels/${file}`)
  return decodeURIComponent(new URL(url).pathname)
}

let native: Diagnosis | undefined

/** The addon of this machine, if it has been built; `SHAPEWISE_ADDON` names another one, for example with sanitizers. */
export function diagnoseNative(): Diagnosis {
  if (native !== undefined) return native
  const { process } = globalThis as { process?: { env?: { SHAPEWISE_ADDON?: string } } }
  const path = process?.env?.SHAPEWISE_ADDON ?? pathOf('shapewise.node')
  const loaded = loadNative(path)
  native =
    loaded instanceof Error
      ? {
          build: 'native',
          path,
          problem: loaded.message,
          cure: 'Install a C++ compiler (g++ or clang++) and run `npm run build:kernels`.',
        }
      : { build: 'native', path, kernels: loaded }
  return native
}

interface FileSystem {
  readFileSync(path: string): Uint8Array
}

/** Node's file system, reached in a way that leaves browsers and their bundlers alone. */
function fileSystem(): FileSystem | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): FileSystem } }
  return process?.getBuiltinModule?.('fs')
}

let wasm: Diagnosis | undefined

/** The WebAssembly module, if it has been built. Browsers load it with `loadWasm` from bytes that they fetch. */
export function diagnoseWasm(): Diagnosis {
  if (wasm !== undefined) return wasm
  const path = pathOf('shapewise.wasm')
  const cure = 'Install the development dependencies and run `npm run build:kernels`.'
  try {
    const files = fileSystem()
    wasm =
      files === undefined
        ? {
            build: 'wasm',
            path,
            problem: 'files cannot be read here',
            cure: 'Fetch the module and pass it to loadWasm.',
          }
        : { build: 'wasm', path, kernels: loadWasm(files.readFileSync(path)) }
  } catch (error) {
    wasm = { build: 'wasm', path, problem: error instanceof Error ? error.message : String(error), cure }
  }
  return wasm
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

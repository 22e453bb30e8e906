// Compiles the kernels to WebAssembly with clang and lld that are WebAssembly themselves.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kernels, sources } from './build-addon.mjs'

const flags = [
  '--target=wasm32',
  '-std=c++17',
  '-O3',
  '-ffreestanding',
  '-nostdinc++',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-threadsafe-statics',
  '-fno-math-errno',
  '-msimd128',
  '-mbulk-memory',
  '-Wno-psabi',
  '-DSHAPEWISE_VARIANT=simd128',
  '-DSHAPEWISE_VECTOR_BYTES=16',
]

/** The two modules: one with a memory of its own, one for several threads on a memory that it is handed. */
export const modules = {
  'shapewise.wasm': { compile: [], link: [] },
  'shapewise-threads.wasm': {
    compile: ['-matomics', '-mthread-model', 'posix'],
    link: [
      '--shared-memory',
      '--import-memory',
      // The pages that `src/backends/cpu/wasm/pool.ts` begins with, and the most that it asks for.
      '--initial-memory=2097152',
      '--max-memory=4294967296',
      // Every worker has its own stack.
      '--export=__stack_pointer',
      '--export=__wasm_init_tls',
      '--export=__tls_size',
    ],
  },
}

/** Reading the compiler from its package is not worth a progress bar. */
const quiet = { fetchProgress: () => {} }

/** Compiles and links in two calls: the tools cannot start each other. */
export async function compileWasm({ runClang, runLLVM }, { compile, link }, module) {
  const files = {}
  for (const path of sources()) {
    const [room, name] = path.split('/')
    files[room] ??= {}
    files[room][name] = readFileSync(join(kernels, path), 'utf8')
  }
  const objects = {}
  for (const source of ['programs/program.cc', 'hosts/wasm.cc']) {
    const object = source.split('/')[1].replace('.cc', '.o')
    const made = await runClang(['clang++', ...flags, ...compile, '-I', '.', '-c', source, '-o', object], files, quiet)
    objects[object] = made[object]
  }
  const names = Object.keys(objects)
  const linked = await runLLVM(
    [
      'wasm-ld',
      '--no-entry',
      '--strip-all',
      '--export-dynamic',
      '-z',
      'stack-size=262144',
      ...link,
      ...names,
      '-o',
      'shapewise.wasm',
    ],
    objects,
    quiet,
  )
  writeFileSync(`${module}.part`, linked['shapewise.wasm'])
  renameSync(`${module}.part`, module)
}

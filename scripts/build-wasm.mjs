// Compiles the kernels to WebAssembly with clang and lld that are WebAssembly themselves.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

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

/** Reading the compiler from its package is not worth a progress bar. */
const quiet = { fetchProgress: () => {} }

/** Compiles and links in two calls: the tools cannot start each other. */
export async function compileWasm({ runClang, runLLVM }, kernels, module) {
  const files = {}
  for (const name of readdirSync(kernels)) {
    if (/\.(h|cc)$/.test(name)) files[name] = readFileSync(join(kernels, name), 'utf8')
  }
  const objects = {}
  for (const source of ['program.cc', 'wasm.cc']) {
    const object = source.replace('.cc', '.o')
    const made = await runClang(['clang++', ...flags, '-c', source, '-o', object], files, quiet)
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

// Builds the kernels: as an addon with whatever C++ compiler there is, and as WebAssembly with clang from npm.
// Never fails an installation: what cannot be built is said in one line, and the product runs without it.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const kernels = join(root, 'kernels')
const cache = join(root, 'build')
const target = join(root, 'dist', 'kernels')

/** One code path: how the kernels are compiled for it, per kind of processor. */
const variants = {
  x64: [
    { name: 'avx512', bytes: 64, flags: ['-march=skylake-avx512', '-mprefer-vector-width=512'] },
    { name: 'avx2', bytes: 32, flags: ['-march=haswell'] },
    { name: 'baseline', bytes: 16, flags: [] },
  ],
}[process.arch] ?? [{ name: 'baseline', bytes: 16, flags: [] }]

const common = ['-std=c++17', '-O3', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-fno-math-errno']
const warnings = ['-Wall', '-Wextra', '-Wno-psabi']
const shared = ['-fPIC', '-fvisibility=hidden']

function findCompiler() {
  for (const name of [process.env.CXX, 'g++', 'clang++', 'c++'].filter(Boolean)) {
    if (spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) return name
  }
  return undefined
}

/** A number that changes with every source, flag and compiler. */
function fingerprint(...parts) {
  const hash = createHash('sha256')
  for (const file of readdirSync(kernels).sort()) hash.update(file).update(readFileSync(join(kernels, file)))
  return hash
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .update(JSON.stringify(parts))
    .digest('hex')
    .slice(0, 16)
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))))
  })
}

/** Puts a finished file in place at once: someone may be loading the old one. */
function install(from, name) {
  mkdirSync(target, { recursive: true })
  const fresh = join(target, `.${name}.${process.pid}`)
  copyFileSync(from, fresh)
  renameSync(fresh, join(target, name))
}

async function buildAddon() {
  const compiler = findCompiler()
  if (compiler === undefined) {
    return 'native kernels: no C++ compiler found (g++ or clang++): WebAssembly is built instead, which is slower'
  }
  if (process.platform === 'win32') return 'native kernels: not built on Windows; WebAssembly is used instead'
  const { include_dir: headers } = createRequire(import.meta.url)('node-api-headers')
  const version = spawnSync(compiler, ['--version'], { encoding: 'utf8' }).stdout
  const key = fingerprint('addon', compiler, version, process.platform, process.arch)
  const addon = join(cache, `shapewise-${key}.node`)
  if (!existsSync(addon)) {
    const work = join(cache, `work-${process.pid}`)
    mkdirSync(work, { recursive: true })
    const objects = []
    const compile = (source, object, flags) => {
      objects.push(join(work, object))
      return run(compiler, [
        ...common,
        ...warnings,
        ...shared,
        ...flags,
        '-c',
        join(kernels, source),
        '-o',
        join(work, object),
      ])
    }
    const jobs = variants.map(
      ({ name, bytes, flags }) =>
        () =>
          compile('program.cc', `${name}.o`, [
            `-DSHAPEWISE_VARIANT=${name}`,
            `-DSHAPEWISE_VECTOR_BYTES=${bytes}`,
            ...flags,
          ]),
    )
    jobs.push(() => compile('addon.cc', 'addon.o', ['-I', headers]))
    // Two at a time: each takes a core and a few hundred megabytes.
    const worker = async () => {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job()
    }
    await Promise.all([worker(), worker()])
    const link =
      process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-static-libgcc', '-static-libstdc++']
    await run(compiler, ['-shared', '-o', `${addon}.part`, ...objects, '-lpthread', ...link])
    renameSync(`${addon}.part`, addon)
    rmSync(work, { recursive: true })
  }
  install(addon, 'shapewise.node')
  return `native kernels: ${variants.map(({ name }) => name).join(', ')} (${compiler})`
}

/** clang and lld are WebAssembly programs themselves: they run in this process, on files that they are handed. */
async function buildWasm() {
  const key = fingerprint('wasm')
  const module = join(cache, `shapewise-${key}.wasm`)
  if (!existsSync(module)) {
    let tools
    try {
      tools = await import('@yowasp/clang')
    } catch {
      return 'wasm kernels: @yowasp/clang is not installed; install the development dependencies to build them'
    }
    const { compileWasm } = await import('./build-wasm.mjs')
    mkdirSync(cache, { recursive: true })
    await compileWasm(tools, kernels, module)
  }
  install(module, 'shapewise.wasm')
  return 'wasm kernels: simd128'
}

/** Builds one kind and says what came of it; true if it is there now. */
async function attempt(name, build) {
  try {
    console.log(await build())
    return existsSync(join(target, name))
  } catch (error) {
    console.log(`${name}: not built (${error.message.split('\n')[0]})`)
    return false
  }
}

// Clang as WebAssembly takes its time: an installation that has the addon does without, unless asked for everything.
const all = process.argv.includes('--all')
if (!(await attempt('shapewise.node', buildAddon)) || all) await attempt('shapewise.wasm', buildWasm)

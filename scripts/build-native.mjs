// Builds the kernels: as an addon with whatever C++ compiler there is, and as WebAssembly with clang from npm.
// Never fails an installation: what cannot be built is said in one line, and the product runs without it. With --native or
// --wasm only one kind is built, and it is an error if it cannot be.
import { copyFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cache, compileAddon, findCompiler, fingerprint, variants } from './build-addon.mjs'
import { compileWasm, modules } from './build-wasm.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(root, 'dist', 'kernels')

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
    return 'native kernels: no C++ compiler found (g++ or clang++, or what CXX names); WebAssembly, which is slower, does without'
  }
  if (process.platform === 'win32') return 'native kernels: not built on Windows; WebAssembly is used instead'
  install(await compileAddon(compiler), 'shapewise.node')
  return `native kernels: ${variants.map(({ name }) => name).join(', ')} (${compiler})`
}

/** clang and lld are WebAssembly programs themselves: they run in this process, on files that they are handed. */
async function buildWasm() {
  for (const [name, options] of Object.entries(modules)) {
    const key = fingerprint(name, options)
    const module = join(cache, `${key}-${name}`)
    if (!existsSync(module)) {
      let tools
      try {
        tools = await import('@yowasp/clang')
      } catch {
        return 'wasm kernels: @yowasp/clang is not installed; install the development dependencies to build them'
      }
      mkdirSync(cache, { recursive: true })
      await compileWasm(tools, options, module)
    }
    install(module, name)
  }
  return 'wasm kernels: simd128, for one thread and for several'
}

/** Builds one kind and says what came of it; true if it has been built now. */
async function attempt(name, build) {
  const before = stampOf(name)
  try {
    console.log(await build())
    return stampOf(name) !== before
  } catch (error) {
    console.log(`${name}: not built (${error.message.split('\n')[0]})`)
    return false
  }
}

/** Every installed file has a number of its own. */
const stampOf = (name) => statSync(join(target, name), { throwIfNoEntry: false })?.ino

const asked = (flag) => process.argv.includes(flag)
if (asked('--native')) process.exitCode = (await attempt('shapewise.node', buildAddon)) ? 0 : 1
else if (asked('--wasm')) process.exitCode = (await attempt('shapewise.wasm', buildWasm)) ? 0 : 1
// Clang as WebAssembly takes its time: an installation that has the addon does without, unless asked for everything.
else if (!(await attempt('shapewise.node', buildAddon)) || asked('--all')) await attempt('shapewise.wasm', buildWasm)

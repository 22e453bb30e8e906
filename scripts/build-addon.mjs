// Compiles the kernels to an addon for Node: one object for each code path, linked with the bridge to JavaScript.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const kernels = join(root, 'kernels')
export const cache = join(root, 'build')

/** The code paths: how the kernels are compiled for each, per kind of processor. */
export const variants = {
  x64: [
    { name: 'avx512', bytes: 64, flags: ['-march=skylake-avx512', '-mprefer-vector-width=512'] },
    { name: 'avx2', bytes: 32, flags: ['-march=haswell'] },
    { name: 'baseline', bytes: 16, flags: [] },
  ],
}[process.arch] ?? [{ name: 'baseline', bytes: 16, flags: [] }]

const common = ['-std=c++17', '-O3', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', '-fno-math-errno']
const warnings = ['-Wall', '-Wextra', '-Wno-psabi']
const shared = ['-fPIC', '-fvisibility=hidden']
const runtime =
  process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-static-libgcc', '-static-libstdc++']

export function findCompiler() {
  for (const name of [process.env.CXX, 'g++', 'clang++', 'c++'].filter(Boolean)) {
    if (spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) return name
  }
  return undefined
}

/** The folder of node_api.h: from npm, or what Node itself was installed with. */
function findHeaders() {
  try {
    return createRequire(import.meta.url)('node-api-headers').include_dir
  } catch {
    const own = join(dirname(dirname(process.execPath)), 'include', 'node')
    if (existsSync(join(own, 'node_api.h'))) return own
    throw new Error('node_api.h is missing: run `npm install --no-save node-api-headers`')
  }
}

/** The kernels' sources by path below their folder, sorted. */
export function sources() {
  const names = readdirSync(kernels, { recursive: true, encoding: 'utf8' }).map((name) => name.split(sep).join('/'))
  return names.filter((name) => /\.(h|cc)$/.test(name)).sort()
}

/** A number that changes with every source, flag and compiler. */
export function fingerprint(...parts) {
  const hash = createHash('sha256')
  for (const file of sources()) hash.update(file).update(readFileSync(join(kernels, file)))
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

/** The path of the addon, compiled unless that has been done before; `flags` come behind the usual ones. */
export async function compileAddon(compiler, { flags = [], linkFlags = runtime } = {}) {
  const headers = findHeaders()
  const version = spawnSync(compiler, ['--version'], { encoding: 'utf8' }).stdout
  const key = fingerprint('addon', compiler, version, process.platform, process.arch, flags, linkFlags)
  const addon = join(cache, `shapewise-${key}.node`)
  if (existsSync(addon)) return addon
  const work = join(cache, `work-${process.pid}`)
  mkdirSync(work, { recursive: true })
  const objects = []
  const compile = (source, object, own) => {
    objects.push(join(work, object))
    const files = ['-I', kernels, '-c', join(kernels, source), '-o', join(work, object)]
    return run(compiler, [...common, ...warnings, ...shared, ...own, ...flags, ...files])
  }
  const jobs = variants.map(
    ({ name, bytes, flags: own }) =>
      () =>
        compile('programs/program.cc', `${name}.o`, [
          `-DSHAPEWISE_VARIANT=${name}`,
          `-DSHAPEWISE_VECTOR_BYTES=${bytes}`,
          ...own,
        ]),
  )
  jobs.push(() => compile('hosts/addon.cc', 'addon.o', ['-I', headers]))
  // Two at a time: each takes a core and a few hundred megabytes.
  const worker = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job()
  }
  await Promise.all([worker(), worker()])
  await run(compiler, ['-shared', '-o', `${addon}.part`, ...objects, '-lpthread', ...flags, ...linkFlags])
  renameSync(`${addon}.part`, addon)
  rmSync(work, { recursive: true })
  return addon
}

// Builds the addon with sanitizers and runs with it what the native backend must pass, and a training run:
//   npm run sanitize                                  both of the following, one after the other
//   npm run sanitize -- address [code path …]         AddressSanitizer and UndefinedBehaviorSanitizer
//   npm run sanitize -- thread [code path …]          ThreadSanitizer, on four threads
// Code paths: avx512, avx2, baseline; without any, the best of this machine. Linux with GCC.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileAddon, findCompiler, variants } from './build-addon.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const compiled = ['-O1', '-g1', '-fno-omit-frame-pointer']

/** Node itself is not instrumented: what it does by itself must not be reported, and what it does for us must not be missed. */
const sanitizers = {
  address: {
    flags: [...compiled, '-fsanitize=address,undefined'],
    runtime: 'libasan.so',
    threads: '2',
    options: {
      // V8 keeps memory until the process ends, which is no leak of ours. Programs that ask for too much get a null
      // pointer, as from the usual allocator.
      ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  },
  thread: {
    flags: [...compiled, '-fsanitize=thread'],
    runtime: 'libtsan.so',
    threads: '4',
    options: {
      // As above; and accesses that Node's own code makes through the C library are left out: its locks are invisible.
      TSAN_OPTIONS: 'allocator_may_return_null=1:ignore_noninstrumented_modules=1',
    },
  },
}

/** Files of tests, and the part of each test's name by which those of the native backend are chosen. */
const suites = [
  { files: ['tests/conformance/cpu', 'tests/backends/cpu', 'tests/backends/malformed'], name: 'native' },
  { files: ['tests/train/fit', 'tests/models', 'tests/tensor/overlap'] },
]

function fail(message) {
  console.error(`sanitize: ${message}`)
  process.exit(1)
}

/** Runs here, in a process of its own: the workers that it starts are handed the sanitizer, it itself is not. */
async function runTests({ files, name }, environment) {
  const { startVitest } = await import('vitest/node')
  Object.assign(process.env, environment)
  const vitest = await startVitest('test', files, {
    root,
    run: true,
    watch: false,
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    testTimeout: 1_800_000,
    passWithNoTests: false,
    ...(name === undefined ? {} : { testNamePattern: name }),
    reporters: ['default'],
  })
  const { ok } = outcome(vitest)
  await vitest.close()
  process.exit(ok ? 0 : 1)
}

function outcome(vitest) {
  const modules = vitest.state.getTestModules()
  const unhandled = vitest.state.getUnhandledErrors()
  return { ok: modules.length > 0 && unhandled.length === 0 && modules.every((module) => module.ok()) }
}

/** A line with which a sanitizer begins a report. */
const report = /runtime error: .*|ERROR: AddressSanitizer: .*|SUMMARY: ThreadSanitizer: .*|FATAL: ThreadSanitizer: .*/g

/** Runs a suite with what it prints shown; the reports in it, each once, and whether its tests passed. */
function observe(suite, environment) {
  const args = [fileURLToPath(import.meta.url), '--tests', JSON.stringify({ suite, environment })]
  // ThreadSanitizer does not find its way in random addresses.
  const fixed = spawnSync('setarch', ['-R', 'true'], { stdio: 'ignore' }).status === 0
  const [command, ...rest] = [...(fixed ? ['setarch', '-R'] : []), process.execPath, ...args]
  return new Promise((resolve) => {
    const child = spawn(command, rest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.setEncoding('utf8').on('data', (text) => {
        output += text
        to.write(text)
      })
    }
    child.on('close', (code) => resolve({ passed: code === 0, found: new Set(output.match(report)) }))
  })
}

async function sanitize(kind, path) {
  const { flags, runtime, threads, options } = sanitizers[kind]
  const compiler = findCompiler() ?? fail('no C++ compiler found (g++ or clang++): install one')
  const library = spawnSync(compiler, [`-print-file-name=${runtime}`], { encoding: 'utf8' }).stdout.trim()
  if (!existsSync(library)) fail(`${compiler} has no ${runtime}: install its sanitizers (Debian: libgcc-12-dev)`)
  console.log(`sanitize ${kind}: building (${compiler} ${flags.join(' ')})`)
  const addon = await compileAddon(compiler, { flags, linkFlags: [] })
  const environment = {
    ...options,
    LD_PRELOAD: library,
    SHAPEWISE_ADDON: addon,
    SHAPEWISE_BACKEND: 'native',
    SHAPEWISE_THREADS: threads,
    ...(path === undefined ? {} : { SHAPEWISE_ISA: path }),
  }
  let passed = true
  const found = new Set()
  for (const suite of suites) {
    const seen = await observe(suite, environment)
    passed &&= seen.passed
    for (const line of seen.found) found.add(line)
  }
  const good = passed && found.size === 0
  for (const line of found) console.log(`  ${line}`)
  const reason = good ? '' : `: ${found.size} different reports, tests ${passed ? 'passed' : 'failed'}`
  console.log(`sanitize ${kind}, ${path ?? 'best'} code path: ${good ? 'PASSED' : 'FAILED'}${reason}`)
  return good
}

if (process.argv[2] === '--tests') {
  const { suite, environment } = JSON.parse(process.argv[3])
  await runTests(suite, environment)
} else {
  const words = process.argv.slice(2).map((word) => (word === 'undefined' ? 'address' : word))
  const paths = words.filter((word) => variants.some(({ name }) => name === word))
  const kinds = words.filter((word) => word in sanitizers)
  const unknown = words.find((word) => !paths.includes(word) && !kinds.includes(word))
  if (unknown !== undefined) fail(`${unknown} is neither address, undefined, thread nor a code path`)
  let good = true
  for (const kind of kinds.length > 0 ? kinds : Object.keys(sanitizers)) {
    for (const path of paths.length > 0 ? paths : [undefined]) good = (await sanitize(kind, path)) && good
  }
  process.exit(good ? 0 : 1)
}

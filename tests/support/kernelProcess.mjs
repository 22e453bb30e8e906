// Loads and runs serialized programs that may be anything, for `malformedPrograms.ts`: a crash ends this process alone.
import { runnerImport } from 'vite'

const root = new URL('../..', import.meta.url).pathname
const { module } = await runnerImport(`${root}tests/support/testedKernels.ts`, {
  configFile: false,
  root,
  logLevel: 'error',
})
const builds = new Map(module.testedKernels().map(({ name, kernels }) => [name, kernels]))

/** Bytes around every buffer that must stay as they are. Sanitizers watch the true ends themselves. */
const GUARD = process.env.SHAPEWISE_ADDON ? 0 : 4096
const PATTERN = 0xa5
/** No caller would hand over more for a test. */
const LARGEST = 2 ** 22

/** The bytes of the buffers that a program asks for, as it says itself: inputs, then outputs. */
function buffersOf(words) {
  const lists = []
  let at = 3
  for (let list = 0; list < 2; list++) {
    const count = words[at++]
    const sizes = []
    for (let i = 0; i < count; i++, at += 2) sizes.push((words[at] >>> 0) + words[at + 1] * 2 ** 32)
    lists.push(sizes)
  }
  return lists
}

const bytesOf = (memory, start, length) => {
  const { buffer, offset } = memory.bytes()
  return new Uint8Array(buffer, offset + start, length)
}

function attempt({ build, words, run, seed }) {
  const kernels = builds.get(build)
  const handle = kernels.load(words)
  if (typeof handle === 'string') return 'refused'
  const [inputs, outputs] = buffersOf(words)
  const sizes = [...inputs, ...outputs]
  if (!run || sizes.some((bytes) => bytes > LARGEST)) return 'accepted'
  let state = seed
  const buffers = sizes.map((bytes, i) => {
    const memory = kernels.allocate(bytes + 2 * GUARD)
    bytesOf(memory, 0, bytes + 2 * GUARD).fill(PATTERN)
    const input = i < inputs.length
    if (input) {
      bytesOf(memory, GUARD, bytes).forEach((_, at, all) => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0
        all[at] = state >>> 24
      })
    }
    return { memory, bytes, kept: input ? bytesOf(memory, GUARD, bytes).slice() : undefined }
  })
  const addresses = Float64Array.from(buffers, ({ memory }) => memory.address + GUARD)
  kernels.run(handle, addresses, new Float64Array(5))
  for (const { memory, bytes, kept } of buffers) {
    const around = [bytesOf(memory, 0, GUARD), bytesOf(memory, GUARD + bytes, GUARD)]
    if (around.some((side) => side.some((byte) => byte !== PATTERN))) return 'wrote outside of a buffer'
    if (kept?.some((byte, at) => byte !== bytesOf(memory, GUARD, bytes)[at])) return 'wrote into an input'
  }
  return 'ran'
}

process.on('message', (message) => {
  let outcome
  try {
    outcome = attempt(message)
  } catch (error) {
    // An error is a way of refusing; a trap of the module is not.
    outcome = error instanceof WebAssembly.RuntimeError ? `trapped: ${error.message}` : 'refused'
  }
  process.send(outcome)
})
process.send('ready')

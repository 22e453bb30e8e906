import { backend, backendNames, setBackend } from 'shapewise'
import { afterAll, describe } from 'vitest'
import { testPrograms } from './testPrograms.js'

process.env.SHAPEWISE_THREADS = '2'
const before = backend().name
afterAll(() => setBackend(before))

describe.runIf(backendNames().includes('wasm'))('random programs on the WebAssembly backend', () => {
  testPrograms(10_000, 800, (seed) => [
    { backend: 'wasm', compiled: true },
    ...(seed % 4 === 0 ? [{ backend: 'wasm', compiled: false }] : []),
  ])
})

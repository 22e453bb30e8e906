import { backend, backendNames, setBackend } from 'shapewise'
import { afterAll, describe } from 'vitest'
import { testPrograms } from './testPrograms.js'

const before = backend().name
afterAll(() => setBackend(before))

describe.runIf(backendNames().includes('native'))('random programs on the native backend', () => {
  testPrograms(0, 1200, (seed) => [
    { backend: 'native', compiled: true },
    ...(seed % 2 === 0 ? [{ backend: 'native', compiled: false }] : []),
    ...(seed % 8 === 1 ? [{ backend: 'reference', compiled: true }] : []),
  ])
})

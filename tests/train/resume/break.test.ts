import { memoryStorage, type Storage } from 'shapewise/train'
import { describe, expect, it } from 'vitest'
import { fingerprint, scenarios } from './scenarios.js'

/** A storage that takes nothing any more behind so many writes, as if the process had been killed there. */
function cutOff(storage: Storage, writes: number): Storage {
  let left = writes
  const use = <T>(action: () => Promise<T>): Promise<T> => {
    if (left-- <= 0) throw new Error('killed')
    return action()
  }
  return {
    ...storage,
    write: async (file, content) => use(() => storage.write(file, content)),
    append: async (file, text) => use(() => storage.append(file, text)),
    remove: async (file) => use(() => storage.remove(file)),
  }
}

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  it('goes on exactly from wherever it was cut off', async () => {
    const whole = await fingerprint(scenario(undefined))
    expect(await fingerprint(scenario(memoryStorage()))).toBe(whole)
    for (const writes of [1, 4, 9, 17, 26]) {
      const storage = memoryStorage()
      const cut = scenario(cutOff(storage, writes))
      await expect(Promise.resolve(cut.run)).rejects.toThrow()
      expect(await fingerprint(scenario(storage)), `cut off behind ${writes} writes`).toBe(whole)
    }
  })
})

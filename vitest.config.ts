import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^shapewise$/, replacement: source('index.ts') },
      { find: /^shapewise\/(.*)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    // A busy machine is slow; what hangs is still found.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    execArgv: ['--expose-gc'],
  },
})

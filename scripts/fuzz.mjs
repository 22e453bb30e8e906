// Random programs against double precision: node scripts/fuzz.mjs --programs 1000 --seed 0 --workers 2 [--backend native|wasm]
//   [--out folder] [--length n] [--nets]. The sources are bundled first. Exit code 1 if a program fails.

import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url))
const bundle = await rolldown({
  input: path('tests/fuzz/main.ts'),
  platform: 'node',
  external: [/^node:/],
  resolve: {
    extensionAlias: { '.js': ['.ts', '.js'] },
    alias: {
      shapewise: path('src/index.ts'),
      'shapewise/nn': path('src/nn/index.ts'),
      'shapewise/optim': path('src/optim/index.ts'),
    },
  },
})
// In dist, where the library looks for its kernels.
await bundle.write({ file: path('dist/fuzz/main.js'), format: 'esm', codeSplitting: false })
await bundle.close()
await import(path('dist/fuzz/main.js'))

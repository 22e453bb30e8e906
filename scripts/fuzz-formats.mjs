// Damaged files for every reader of files: node scripts/fuzz-formats.mjs [--cases 100000] [--seed 0] [--parser safetensors]
// The sources are bundled first. Exit code 1 if a reader throws anything but its own errors, takes long, or takes much memory.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url))
const bundle = await rolldown({
  input: path('tests/formats/fuzz/main.ts'),
  platform: 'node',
  external: [/^node:/, /^@bufbuild\/protobuf/, 'h5wasm'],
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
})
// In dist, where the library looks for its kernels.
const file = path('dist/fuzz/formats.js')
await bundle.write({ file, format: 'esm', codeSplitting: false })
await bundle.close()
// A heap that runs over ends the process.
const { status } = spawnSync(process.execPath, ['--max-old-space-size=512', file, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, SHAPEWISE_FIXTURES: path('tests/fixtures') },
})
process.exitCode = status ?? 1

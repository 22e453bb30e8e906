// Damaged files for every reader of files: node scripts/fuzz-formats.mjs [--cases 100000] [--seed 0] [--parser safetensors]
// The sources are bundled first. Exit code 1 if a reader throws anything but its own errors, takes long, takes more memory than four times the
// file and a constant, or keeps some for ever. Linux only: what a process takes stands in /proc.

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
// A heap that runs over ends the process. What is freed is given back at once, so that taking it again is seen.
const flags = ['--max-old-space-size=512', '--expose-gc']
const { status } = spawnSync(process.execPath, [...flags, file, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, SHAPEWISE_FIXTURES: path('tests/fixtures'), MALLOC_MMAP_THRESHOLD_: '65536' },
})
process.exitCode = status ?? 1

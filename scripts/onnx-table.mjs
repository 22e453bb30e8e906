// Writes docs/onnx.md from the table of operators and the node tests of the standard.
//
//     node scripts/onnx-table.mjs

import { spawnSync } from 'node:child_process'

const { status } = spawnSync('npx', ['vitest', 'run', 'tests/formats/onnx/nodes.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, SHAPEWISE_WRITE_TABLES: '1' },
})
process.exit(status ?? 1)

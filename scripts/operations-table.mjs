// Writes docs/operations.md from the table in tests/operations/translation.
//
//     node scripts/operations-table.mjs

import { spawnSync } from 'node:child_process'

const { status } = spawnSync('npx', ['vitest', 'run', 'tests/operations/translation.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, SHAPEWISE_WRITE_TABLES: '1' },
})
process.exit(status ?? 1)

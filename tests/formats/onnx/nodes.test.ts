import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { operatorNames, operators } from '../../../src/formats/onnx/import/table.js'
import { readNodeCases, reasonOf, runCase, type StoredCase, subjectOf } from './node-cases.js'

// Truth: the node tests of the ONNX standard, by scripts/fixtures/onnx-nodes.py. `node scripts/onnx-table.mjs` writes docs/onnx.md.

const { cases, large, onnx } = readNodeCases()
const page = fileURLToPath(new URL('../../../docs/onnx.md', import.meta.url))

const byOperator = new Map<string, StoredCase[]>()
for (const stored of cases) {
  const subject = subjectOf(stored)
  byOperator.set(subject, [...(byOperator.get(subject) ?? []), stored])
}

const failures = new Map<string, string>()

describe('node tests of the standard', () => {
  for (const [operator, list] of [...byOperator].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const required = list.filter((stored) => reasonOf(stored) === undefined)
    if (required.length === 0) continue
    it(`${operator} (${required.length})`, async () => {
      for (const stored of required) {
        await runCase(stored).catch((error: unknown) =>
          failures.set(stored.name, error instanceof Error ? error.message : String(error)),
        )
      }
      expect(
        Object.fromEntries(required.flatMap(({ name }) => (failures.has(name) ? [[name, failures.get(name)]] : []))),
      ).toEqual({})
    })
  }

  it('are met by nine out of ten at least, and the page says by which', () => {
    const counted = cases.filter((stored) => reasonOf(stored)?.counts !== false)
    const passed = counted.filter((stored) => reasonOf(stored) === undefined && !failures.has(stored.name))
    expect(passed.length / counted.length).toBeGreaterThan(0.9)
    const text = pageOf(counted.length, passed.length)
    if (process.env.SHAPEWISE_WRITE_TABLES !== undefined) writeFileSync(page, text)
    expect(readFileSync(page, 'utf8'), 'node scripts/onnx-table.mjs').toBe(text)
  })
})

function pageOf(counted: number, passed: number): string {
  const rows = operatorNames.map((operator) => {
    const row = operators[operator]
    const list = byOperator.get(operator) ?? []
    const required = list.filter((stored) => reasonOf(stored) === undefined)
    const reasons = [...new Set(list.flatMap((stored) => reasonOf(stored)?.reason ?? []))]
    if (typeof row !== 'function') return `| ${operator} | no | | ${row.refused} |`
    const count = list.length === 0 ? '' : `${required.length} of ${list.length}`
    return `| ${operator} | yes | ${count} | ${reasons.map((reason) => `Not: ${reason}`).join(' ')} |`
  })
  const supported = operatorNames.filter((operator) => typeof operators[operator] === 'function').length
  const names = Object.keys(large)
  return `# ONNX: operators

Written by \`node scripts/onnx-table.mjs\` from the table in \`src/formats/onnx/import/table.ts\` and the node tests of the ONNX standard (python3-onnx ${onnx},
\`scripts/fixtures/onnx-nodes.py\`). How to use it is told in [the guide](guide/onnx.md).

${supported} of the ${operatorNames.length} operators of versions 7 … 21 can be imported. Of ${cases.length} cases, ${counted} are about operators outside of strings, sequences,
optional values, training and quantised numbers; ${passed} of these pass. ${names.length} cases of more than 16,000 bytes are not in the fixture (they run with
\`LARGEST=0\`): ${names.join(', ')}.

| operator | imported | cases that pass | why not all |
|---|---|---|---|
${rows.join('\n')}
`
}

import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Exports } from './module.js'

/** The top of the repository. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** Values and types that the entries of the package export. */
export async function readExports(): Promise<Exports> {
  const published = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports).filter(
    (name) => !name.endsWith('.json'),
  )
  const entries = ['operations', ...published.map((path) => path.replace(/^\.\/?/, ''))]
  const exports = new Map<string, string[]>()
  for (const entry of entries) {
    const file = join(root, 'src', entry, 'index.ts')
    const text = readFileSync(file, 'utf8')
    const listed = [...text.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(([, names]) => names.match(/\w+/g) ?? [])
    const types = [...text.matchAll(/\btype (\w+)\b/g)].map(([, name]) => name).concat(listed)
    const values = Object.keys(await import(file))
    const name =
      entry === 'operations' ? '../../../src/operations/index.js' : entry === '' ? 'shapewise' : `shapewise/${entry}`
    exports.set(name, [...new Set([...values, ...types])])
  }
  return exports
}

// Joins the modules under src into few files under dist: one for each entry of the package and what they share. An import
// in Node, or a page without a bundler, then opens a handful of files instead of two hundred.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { esmExternalRequirePlugin } from 'rolldown/plugins'

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url))
const { exports, bin } = JSON.parse(readFileSync(path('package.json'), 'utf8'))

/** `nn/index` for `./dist/nn/index.js`. */
const nameOf = (file) => file.replace('./dist/', '').replace('.js', '')
const names = [
  ...Object.values(exports).flatMap((entry) => (entry.default ? nameOf(entry.default) : [])),
  ...Object.values(bin).map(nameOf),
]
/** Files in dist/shared, like all that is shared: the worker, and the module that finds it and the kernels from there. */
const placed = { 'shared/wasm-worker': 'backends/cpu/wasm/worker', 'shared/wasm-page': 'backends/cpu/wasm/page' }
const entries = [...names.map((name) => [name, name]), ...Object.entries(placed)]

const bundle = await rolldown({
  input: Object.fromEntries(entries.map(([name, source]) => [name, path(`src/${source}.ts`)])),
  platform: 'neutral',
  // The last two are parts of ws that need not be there.
  external: [/^node:/, /^@bufbuild\/protobuf/, 'commander', 'picocolors', 'bufferutil', 'utf-8-validate'],
  resolve: { extensionAlias: { '.js': ['.ts'] } },
  // What calls require takes modules of Node by import.
  plugins: [esmExternalRequirePlugin({ external: builtinModules })],
})
const { output } = await bundle.write({
  dir: path('dist'),
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'shared/[name].js',
})
await bundle.close()

// What an earlier build has left must not be found any more.
const written = new Set(output.map(({ fileName }) => fileName))
for (const name of readdirSync(path('dist'), { recursive: true })) {
  if (/\.js(\.map)?$/.test(name) && !name.startsWith('kernels') && !written.has(name)) rmSync(path(`dist/${name}`))
}

// Licences of what has been taken in want their text beside every copy.
const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []))
const folders = new Set(modules.flatMap((file) => file.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []))
const notices = [...folders].sort().map((folder) => {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
  if (licence === undefined) throw new Error(`${name} is bundled, but has no file with its licence`)
  return `${name} ${version}\n\n${readFileSync(`${folder}/${licence}`, 'utf8').trim()}\n`
})
writeFileSync(path('dist/THIRD-PARTY-LICENSES.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`))

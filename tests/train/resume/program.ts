import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const path = (relative: string): string => fileURLToPath(new URL(`../../../${relative}`, import.meta.url))

/** A program as one file that Node runs, by its path in the project, and what takes it away. */
export async function programOf(source: string): Promise<{ readonly file: string; remove(): void }> {
  // Beside the kernels, so that it finds them.
  const file = path(`dist/${basename(source, '.ts')}-${process.pid}.mjs`)
  const bundle = await rolldown({
    input: path(source),
    platform: 'node',
    resolve: {
      extensionAlias: { '.js': ['.ts'] },
      alias: Object.fromEntries(
        ['data', 'distributions', 'formats', 'metrics', 'models', 'nn', 'optim', 'plot', 'train']
          .map((entry) => [`shapewise/${entry}`, path(`src/${entry}/index.ts`)])
          .concat([['shapewise', path('src/index.ts')]]),
      ),
    },
    external: [/^node:/, /^@bufbuild\//, 'commander', 'picocolors', 'sharp', 'h5wasm', 'hyparquet'],
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
  return { file, remove: () => rmSync(file, { force: true }) }
}

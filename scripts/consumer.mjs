// A user's project: a folder outside the repository that depends on the package, whose declarations it reads from `dist`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** The compiler that the repository works with. */
export const installed = join(repository, 'node_modules/typescript/bin/tsc')

/** Runs `use` with the folder of a project of these files, which is removed afterwards. */
export function withProject(files, use, compilerOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'shapewise-project-'))
  try {
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
    symlinkSync(repository, join(folder, 'node_modules/shapewise'))
    symlinkSync(join(repository, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
    const options = {
      target: 'es2022',
      lib: ['es2022', 'dom', 'esnext.disposable'],
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      ...compilerOptions,
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*'] }))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a compiler says about a project. */
export function compile(tsc, folder, flags = []) {
  const { stdout, status } = spawnSync(process.execPath, [
    tsc,
    ...(flags.includes('--version') ? [] : ['-p', folder]),
    '--pretty',
    'false',
    ...flags,
  ])
  return { output: stdout.toString(), failed: status !== 0 }
}

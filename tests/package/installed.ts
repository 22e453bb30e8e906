import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Why the package cannot be packed here; undefined if it can. */
export const reason = ['index.js', 'cli/main.js', 'kernels/shapewise.wasm'].every((file) =>
  existsSync(join(repository, 'dist', file)),
)
  ? undefined
  : 'dist is not complete; run `npm run build && npm run build:kernels`'

/** What a program printed and how it ended. */
export interface Outcome {
  readonly status: number | null
  readonly output: string
}

/** A project in which the packed package is installed, with what it depends on and nothing else. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'shapewise-installed-'))
  readonly package = join(this.folder, 'node_modules/shapewise')
  /** The paths in the package. */
  readonly files: readonly string[]

  constructor() {
    const flags = ['pack', '--ignore-scripts', '--json', '--pack-destination', this.folder]
    const [packed] = JSON.parse(execFileSync('npm', flags, { cwd: repository, encoding: 'utf8', stdio: 'pipe' }))
    this.files = packed.files.map(({ path }: { readonly path: string }) => path)
    mkdirSync(this.package, { recursive: true })
    execFileSync('tar', ['-xzf', join(this.folder, packed.filename), '--strip-components=1', '-C', this.package])
    const { dependencies } = JSON.parse(readFileSync(join(this.package, 'package.json'), 'utf8'))
    for (const name of Object.keys(dependencies)) this.link(join(repository, 'node_modules', name), name)
    this.write('package.json', '{ "type": "module" }')
  }

  /** Installs a folder under a name. */
  link(from: string, name: string): void {
    const to = join(this.folder, 'node_modules', name)
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync(from, to)
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  node(args: readonly string[], environment: Record<string, string> = {}): Outcome {
    const { SHAPEWISE_ADDON, NODE_OPTIONS, ...rest } = process.env
    const env = { ...rest, ...environment }
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.folder, env, encoding: 'utf8' })
    return { status, output: stdout + stderr }
  }

  /** The command line. */
  shapewise(args: readonly string[], environment?: Record<string, string>): Outcome {
    return this.node(['node_modules/shapewise/dist/cli/main.js', ...args], environment)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}

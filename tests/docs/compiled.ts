import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './exports.js'

/** Modules that have been written next to the tests and looked at by the type checker. */
export class Compiled {
  readonly #folder: string
  readonly #said: readonly string[]

  private constructor(folder: string, said: string) {
    this.#folder = folder
    this.#said = said.split('\n')
  }

  static async of(sources: readonly string[]): Promise<Compiled> {
    const folder = mkdtempSync(join(root, 'tests/docs/.snippets-'))
    sources.forEach((source, i) => {
      writeFileSync(join(folder, `module-${i}.ts`), source)
    })
    const options = {
      rootDir: '../../..',
      noUnusedLocals: false,
      noUnusedParameters: false,
      verbatimModuleSyntax: false,
    }
    const config = { extends: '../../../tsconfig.json', compilerOptions: options, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const said = await new Promise<string>((done) => {
      execFile(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], (_, output) => done(output))
    })
    return new Compiled(folder, said)
  }

  /** What the type checker says of a module, or of one of its lines, counted from 1. */
  errors(i: number, line?: number): string {
    const place = line === undefined ? `module-${i}.ts` : `module-${i}.ts(${line},`
    return this.#said.filter((text) => text.includes(place)).join('\n')
  }

  source(i: number): string {
    return readFileSync(join(this.#folder, `module-${i}.ts`), 'utf8')
  }

  import<T>(i: number): Promise<T> {
    return import(/* @vite-ignore */ join(this.#folder, `module-${i}.ts`))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

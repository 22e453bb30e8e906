import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { version } from '../../src/core/version.js'
import { Project, reason, repository } from './installed.js'

const addonHere = `@shapewise/native-${process.platform}-${process.arch}`

describe.skipIf(reason !== undefined)(reason === undefined ? 'the packed package' : `skipped: ${reason}`, () => {
  let project: Project
  beforeAll(() => {
    project = new Project()
    copyFileSync(fileURLToPath(new URL('page.js', import.meta.url)), join(project.folder, 'page.js'))
  })
  afterAll(() => project?.remove())

  it('has kernels for all machines, their sources, and nothing for one machine', () => {
    for (const file of ['shapewise.wasm', 'shapewise-threads.wasm']) {
      expect(project.files).toContain(`dist/kernels/${file}`)
    }
    for (const file of ['kernels/hosts/addon.cc', 'scripts/build-native.mjs', 'LICENSE', 'README.md']) {
      expect(project.files).toContain(file)
    }
    expect(project.files.filter((file) => file.endsWith('.node') || /^(src|tests|bench|docs)\//.test(file))).toEqual([])
  })

  it('brings the licences of all that is bundled', () => {
    const text = readFileSync(join(project.package, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of ['d3-scale', 'd3-shape', 'd3-array', 'd3-path']) expect(text).toContain(`${name} `)
    expect(text).toContain('Permission to use, copy, modify')
  })

  it('learns on the WebAssembly kernels', () => {
    expect(project.node(['page.js'])).toEqual({ status: 0, output: '0,1,1,0\n' })
    const { status, output } = project.shapewise(['doctor'])
    expect(status).toBe(0)
    expect(output).toMatch(/^backend +wasm$/m)
    expect(output).toMatch(/^wasm +ready: simd128/m)
    expect(output).toMatch(/^native +missing: no addon has been built.*npx shapewise build-native/m)
  })

  it('a bundled page has what it uses, and not much else', async () => {
    const bundle = await rolldown({ input: join(project.folder, 'page.js'), platform: 'browser', logLevel: 'silent' })
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    await bundle.close()
    const code = output.map((part) => (part.type === 'chunk' ? part.code : '')).join('')
    expect(gzipSync(code).length).toBeLessThan(120_000)
    // Words of files, plots and data sets.
    for (const absent of ['safetensors', 'viewBox', 'Omniglot']) expect(code).not.toContain(absent)
  })

  it('all entries can be imported, and required where Node can', () => {
    const { exports } = JSON.parse(readFileSync(join(project.package, 'package.json'), 'utf8'))
    const names = Object.keys(exports).map((entry) => entry.replace('.', 'shapewise'))
    expect(names.length).toBeGreaterThan(10)
    project.write('all.js', names.filter((name) => !name.endsWith('.json')).map((name) => `import '${name}'`).join('\n')) // biome-ignore format: one line
    expect(project.node(['all.js'])).toEqual({ status: 0, output: '' })
    project.write('old.cjs', `console.log(${names.map((name) => `typeof require('${name}')`).join(' + ')})`)
    const { status, output } = project.node(['old.cjs'])
    if ((process.features as { readonly require_module?: boolean }).require_module) {
      expect({ status, output }).toEqual({ status: 0, output: `${'object'.repeat(names.length)}\n` })
    } else expect(output).toContain('ERR_REQUIRE_ESM')
  })

  it('types resolve under nodenext, in modules and in CommonJS, and under bundler', () => {
    project.write('right.ts', program('x.matmul(w).sum()'))
    project.write('old.cts', program('x.matmul(w).sum()'))
    for (const [module, moduleResolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ]) {
      const check = (files: readonly string[]) => project.node([tsc, ...flags(module, moduleResolution), ...files])
      expect(check(['right.ts', 'old.cts'])).toEqual({ status: 0, output: '' })
      project.write('wrong.ts', program('x.matmul(x)'))
      expect(check(['wrong.ts']).output).toContain('inner sizes 3 and 2 differ')
    }
  })

  it('build-native says what it needs where there is no compiler', () => {
    const { status, output } = project.shapewise(['build-native'], { PATH: '/nowhere', CXX: '' })
    expect(status).toBe(2)
    expect(output).toMatch(/no C\+\+ compiler found.*apt-get install g\+\+.*xcode-select --install/)
  })

  it.skipIf(!hasCompiler())('build-native builds the addon, which is used from then on', () => {
    // What this checkout has compiled from the same sources need not be compiled again.
    symlinkSync(join(repository, 'build'), join(project.package, 'build'))
    const { status, output } = project.shapewise(['build-native', '--json'])
    expect({ status, output }).toMatchObject({ status: 0 })
    const { path } = JSON.parse(output)
    expect(project.shapewise(['doctor']).output).toMatch(/^backend +native$/m)
    rmSync(path)
    rmSync(join(project.package, 'build'))
  })

  it.skipIf(!hasCompiler())(
    'finds the package with the addon for this machine, and refuses one of another version',
    () => {
      const script = join(repository, 'scripts/pack-native.mjs')
      const folder = execFileSync(process.execPath, [script, join(project.folder, 'made')], { encoding: 'utf8' }).trim()
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      expect(manifest).toMatchObject({ name: addonHere, version, os: [process.platform], cpu: [process.arch] })
      mkdirSync(join(project.folder, 'node_modules/@shapewise'), { recursive: true })
      project.link(folder, addonHere)
      expect(project.shapewise(['doctor']).output).toMatch(/^backend +native$/m)
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version: '0.0.1' }))
      const { output } = project.shapewise(['doctor'])
      expect(output).toMatch(/^backend +wasm$/m)
      expect(output).toContain(`${addonHere} has version 0.0.1, but shapewise is ${version}`)
      expect(output).toContain(`npm install ${addonHere}@${version}`)
    },
  )
})

const tsc = join(repository, 'node_modules/typescript/bin/tsc')

const flags = (module: string, moduleResolution: string): string[] => [
  ...['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,esnext.disposable', '--types', ''],
  ...['--module', module, '--moduleResolution', moduleResolution, '--skipLibCheck', 'false', '--pretty', 'false'],
]

const program = (line: string): string =>
  `import { zeros } from 'shapewise'
import * as nn from 'shapewise/nn'
const x = zeros([2, 3]), w = zeros([3, 4])
nn.linear(4, 1).forward(x.matmul(w))
${line}
`

function hasCompiler(): boolean {
  try {
    execFileSync(process.env.CXX || 'g++', ['--version'], { stdio: 'ignore' })
    return process.platform !== 'win32'
  } catch {
    return false
  }
}

// Makes the package that brings the addon for this platform, ready for `npm publish` or `npm pack`.
//
//   node scripts/pack-native.mjs [folder]
//
// Without a folder it goes to build/packages. The loader (src/backends/cpu/addon.ts) finds it once it is installed.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cache, compileAddon, findCompiler, variants } from './build-addon.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { platform, arch, report } = process

const compiler = findCompiler()
if (compiler === undefined || platform === 'win32') {
  console.error('pack-native: needs g++ or clang++ (or what CXX names), on Linux or macOS')
  process.exit(2)
}
const name = `@shapewise/native-${platform}-${arch}`
const folder = join(resolve(process.argv[2] ?? join(cache, 'packages')), name)
mkdirSync(folder, { recursive: true })
copyFileSync(await compileAddon(compiler), join(folder, 'shapewise.node'))
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))

// An addon runs with the C library it was linked with, or a newer one.
const glibc = platform === 'linux' ? report.getReport().header.glibcVersionRuntime : undefined
const libc = glibc && { libc: ['glibc'] }
const manifest = {
  name,
  version,
  description: `The native kernels of shapewise for ${platform} on ${arch}`,
  license,
  engines,
  os: [platform],
  cpu: [arch],
  ...libc,
  main: 'shapewise.node',
  files: ['shapewise.node'],
}
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
const paths = variants.map((variant) => variant.name).join(', ')
writeFileSync(
  join(folder, 'README.md'),
  `# ${name}

The native kernels of [shapewise](https://www.npmjs.com/package/shapewise) ${version} for ${platform} on ${arch}: ${paths}${glibc ? `; linked with glibc ${glibc}` : ''}.

shapewise ${version} finds this package by itself where it is installed beside it; \`npx shapewise doctor\` tells.
`,
)
console.log(folder)

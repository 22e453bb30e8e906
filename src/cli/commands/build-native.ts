import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { kernelReport } from 'shapewise'
import { packageFile } from '../../backends/cpu/load.js'
import { fail } from '../../core/errors.js'
import { type AddCommand, withJson } from './command.js'

/** `shapewise build-native`: the addon, compiled where the package is installed. */
export const addBuildNative: AddCommand = (program, { stdout, environment }) => {
  withJson(
    program
      .command('build-native')
      .summary('build the native kernels with the C++ compiler of this machine')
      .description(
        'Builds the native kernels, which are faster than the WebAssembly ones, into the installed package. Needs g++ or clang++ (CXX names another compiler) and some minutes.',
      ),
  )
    .addHelpText('after', '\nExample:\n  npx shapewise build-native && npx shapewise doctor')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const script = fileURLToPath(packageFile('scripts/build-native.mjs'))
      if (!existsSync(script)) fail(`build-native: ${script} is missing`, 'Install the package shapewise again.')
      if (json !== true) stdout.write('compiling for every kind of processor; this takes some minutes …\n')
      const { status, text } = await runScript(script, environment)
      if (status !== 0) fail(`build-native: ${text.trim()}`, needs)
      const built = kernelReport().find(({ build }) => build === 'native')
      if (built?.kernels === undefined) return fail(`build-native: the addon was built, but ${built?.problem}`, needs)
      const { path, kernels } = built
      if (json === true) stdout.write(`${JSON.stringify({ path, isa: kernels.isa, threads: kernels.threads })}\n`)
      else stdout.write(`${text}ready: ${path} (${kernels.isa}, threads: ${kernels.threads})\n`)
    })
}

const needs =
  'It needs a C++ compiler (Debian and Ubuntu: `apt-get install g++`; Fedora: `dnf install gcc-c++`; macOS: `xcode-select --install`) and leave to write into the installed package. Without it everything runs on the WebAssembly kernels.'

/** What a script printed, errors of the compiler among it, and how it ended. */
function runScript(script: string, env: Readonly<Record<string, string | undefined>>) {
  return new Promise<{ readonly status: number | null; readonly text: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--native'], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
    }
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, text }))
  })
}

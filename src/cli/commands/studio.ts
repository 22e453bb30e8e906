import { spawn } from 'node:child_process'
import { UsageError } from '../failure.js'
import { type AddCommand, complete } from './command.js'

/** `shapewise studio`: the pages of the studio, served to this machine. */
export const addStudio: AddCommand = (program, { stdout, onInterrupt }) => {
  complete(
    program
      .command('studio')
      .summary('see networks think, in the browser')
      .description('Serves the studio to this machine and opens it in the browser. Ctrl-C ends it; runs go on.'),
  )
    .argument('[folder]', 'where the runs lie that it shows and starts', 'runs')
    .option('--port <number>', 'where it listens; 4848 or the next free one')
    .option('--no-open', 'only print the address')
    .addHelpText('after', '\nExample:\n  shapewise studio\n  shapewise studio experiments --port 8080 --no-open')
    .action(async (folder: string, { port, open }: { readonly port?: string; readonly open: boolean }) => {
      if (port !== undefined && !(/^\d+$/.test(port) && Number(port) < 65_536)) {
        throw new UsageError(`studio: '${port}' is no port. Give a number from 0 to 65535.`)
      }
      const { startStudio } = await import('../../studio/index.js')
      const studio = await startStudio({ folder, ...(port !== undefined && { port: Number(port) }) })
      stdout.write(`The studio is at ${studio.address}\nCtrl-C ends it.\n`)
      if (open) openInBrowser(studio.address)
      await new Promise<void>((resolve) => {
        const stop = onInterrupt(() => {
          stop()
          resolve()
        })
      })
      await studio.close()
    })
}

/** Where there is no browser the address that has been printed must do. */
function openInBrowser(address: string): void {
  const [command, ...before] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  const child = spawn(command!, [...before, address], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

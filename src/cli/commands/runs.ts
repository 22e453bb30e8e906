import picocolors from 'picocolors'
import { formatDuration } from '../../core/duration.js'
import { findRuns, outcomeOf, outcomeText } from '../stored-runs.js'
import { wantsColor } from '../surroundings.js'
import { drawTable } from '../table.js'
import { type AddCommand, withJson } from './command.js'

const statusTone = {
  finished: 'good',
  failed: 'bad',
  interrupted: 'faint',
  stopped: 'plain',
  running: 'plain',
} as const

/** `shapewise runs`: what has been trained. */
export const addRuns: AddCommand = (program, { stdout, environment }) => {
  withJson(
    program
      .command('runs')
      .summary('show what has been run')
      .description('Shows the runs in a folder, the latest last.'),
  )
    .argument('[folder]', 'where they are stored', 'runs')
    .addHelpText('after', '\nExample:\n  shapewise runs\n  shapewise runs experiments --json')
    .action(async (root: string, { json }: { readonly json?: boolean }) => {
      const runs = await findRuns(root)
      if (json === true) {
        const listed = runs.map((run) => ({
          path: run.path,
          ...run.info,
          results: outcomeOf(run),
          epochs: run.epochs.length,
        }))
        stdout.write(`${JSON.stringify(listed)}\n`)
        return
      }
      if (runs.length === 0) {
        stdout.write(`No run is stored in ${root}. shapewise run and shapewise train store theirs below runs.\n`)
        return
      }
      const rows = runs.map((run) => [
        run.path,
        run.info.name,
        { text: run.info.status, tone: statusTone[run.info.status] },
        run.info.started.slice(0, 16).replace('T', ' '),
        run.info.seconds === undefined ? '' : formatDuration(run.info.seconds),
        outcomeText(run),
      ])
      const columns = ['folder', 'what', 'status', 'begun (UTC)', 'took', 'outcome']
      const colors = picocolors.createColors(wantsColor(stdout, environment))
      stdout.write(`${drawTable({ title: 'Runs', columns, rows }, colors).join('\n')}\n`)
    })
}

import { join } from 'node:path'
import { writeReport } from '../../train/index.js'
import { openStoredRun } from '../stored-runs.js'
import { type AddCommand, withJson } from './command.js'

/** `shapewise report`: the page of a run. */
export const addReport: AddCommand = (program, { stdout }) => {
  withJson(
    program
      .command('report')
      .summary('write a page about a run')
      .description('Writes report.html into the folder of a run: results, curves, pictures, options, surroundings.'),
  )
    .argument('<run>', 'folder of a run')
    .addHelpText('after', '\nExample:\n  shapewise report runs/lenet-mnist-20260131-120000')
    .action(async (path: string, { json }: { readonly json?: boolean }) => {
      const { folder } = await openStoredRun(path)
      await writeReport(folder)
      const file = join(path, 'report.html')
      stdout.write(json === true ? `${JSON.stringify({ report: file })}\n` : `The report is in ${file}.\n`)
    })
}

import { inspectFile } from '../../formats/index.js'
import { type AddCommand, withJson } from './command.js'

/** `shapewise inspect`: what is in files. */
export const addInspect: AddCommand = (program, { stdout }) => {
  withJson(
    program
      .command('inspect')
      .summary('show what is in a file')
      .description(
        'Shows what is in files of weights, models, tables, arrays, pictures and sounds; their content says what they are.',
      ),
  )
    .argument('<files...>', 'files to look into')
    .addHelpText('after', '\nExample:\n  shapewise inspect model.safetensors weights.pth')
    .action(async (files: string[], { json }: { readonly json?: boolean }) => {
      for (const [i, file] of files.entries()) {
        const contents = await inspectFile(file)
        if (json === true) stdout.write(`${JSON.stringify(contents)}\n`)
        else stdout.write(`${i > 0 ? '\n' : ''}${String(contents)}\n`)
      }
    })
}

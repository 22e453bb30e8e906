#!/usr/bin/env node
import { runCommandLine } from './command-line.js'
import { exitCodes } from './failure.js'
import { processSurroundings } from './surroundings.js'

// A reader that has seen enough (`shapewise list | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.success)
  throw error
})

const code = await runCommandLine(process.argv.slice(2), processSurroundings())
// An interrupted recipe is still at work: it has to be stopped, not waited for.
if (code === exitCodes.interrupted) process.exit(code)
process.exitCode = code

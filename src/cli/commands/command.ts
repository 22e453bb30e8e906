import type { Command } from 'commander'
import type { Surroundings } from '../surroundings.js'

/** Adds a command to the program; `exit` sets the exit code that is not 0. */
export type AddCommand = (program: Command, surroundings: Surroundings, exit: (code: number) => void) => void

/** What all commands have in common. */
export const complete = (command: Command): Command =>
  command.allowExcessArguments(false).option('--debug', 'show where an error happened')

/** A command that can print its answer as one line of JSON. */
export const withJson = (command: Command): Command =>
  complete(command).option('--json', 'print the answer as one line of JSON')

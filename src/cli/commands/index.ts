import type { AddCommand } from './command.js'
import { addCompare } from './compare.js'
import { addCompletion } from './completion.js'
import { addReport } from './report.js'
import { addResults } from './results.js'
import { addRuns } from './runs.js'

/** Commands that stand on their own, in the order of the help. */
export const commands: readonly AddCommand[] = [addRuns, addCompare, addReport, addResults, addCompletion]

import { addBuildNative } from './build-native.js'
import type { AddCommand } from './command.js'
import { addCompare } from './compare.js'
import { addCompletion } from './completion.js'
import { addConvert, addExport } from './exchange.js'
import { addInspect } from './inspect.js'
import { addReport } from './report.js'
import { addResults } from './results.js'
import { addRuns } from './runs.js'
import { addStudio } from './studio.js'
import { addTrain } from './train.js'
import { addEvaluate, addPredict, addResume, addSummary } from './use.js'

/** Commands that stand on their own, in the order of the help. */
export const commands: readonly AddCommand[] = [
  ...[addTrain, addPredict, addEvaluate, addSummary, addResume, addExport, addConvert, addInspect],
  ...[addStudio, addRuns, addCompare, addReport, addResults, addBuildNative, addCompletion],
]

import { describe } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { diagnoseKernels } from '../../src/backends/cpu/load.js'
import { describeBackend } from './suite.js'

for (const { build, kernels, problem } of diagnoseKernels()) {
  describe.runIf(kernels !== undefined)(problem === undefined ? build : `${build}, not built here: ${problem}`, () => {
    if (kernels === undefined) return
    const liveBytes = kernels.heldBytes === undefined ? undefined : () => kernels.heldBytes ?? 0
    describeBackend(new CpuBackend(kernels), { liveBytes })
  })
}

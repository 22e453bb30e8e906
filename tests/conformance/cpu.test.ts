import { describe } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { diagnoseKernels } from '../../src/backends/cpu/load.js'
import { describeBackend } from './suite.js'

for (const { build, kernels, problem } of diagnoseKernels()) {
  if (kernels !== undefined) {
    const { heldBytes } = kernels
    const liveBytes = heldBytes === undefined ? undefined : () => kernels.heldBytes ?? 0
    describeBackend(new CpuBackend(kernels), { liveBytes })
  } else describe.skip(`${build}: not built here (${problem})`, () => {})
}

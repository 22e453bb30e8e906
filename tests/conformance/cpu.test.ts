import { describe } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { testedKernels } from '../support/testedKernels.js'
import { describeBackend } from './suite.js'

for (const { name, kernels } of testedKernels()) {
  describe.runIf(kernels !== undefined)(name, () => {
    if (kernels === undefined) return
    const liveBytes = kernels.heldBytes === undefined ? undefined : () => kernels.heldBytes ?? 0
    describeBackend(new CpuBackend(kernels), { liveBytes })
  })
}

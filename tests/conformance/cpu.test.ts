import { describe } from 'vitest'
import { CpuBackend, type Kernels } from '../../src/backends/cpu/backend.js'
import { startedKernels, testedKernels } from '../support/testedKernels.js'
import { describeBackend } from './suite.js'

function describeKernels(kernels: Kernels): void {
  const liveBytes = kernels.heldBytes === undefined ? undefined : () => kernels.heldBytes ?? 0
  describeBackend(new CpuBackend(kernels), { liveBytes })
}

for (const { name, kernels } of testedKernels()) {
  describe.runIf(kernels !== undefined)(name, () => {
    if (kernels !== undefined) describeKernels(kernels)
  })
  if (kernels?.start !== undefined)
    describe(`${name}, off the calling thread`, () => describeKernels(startedKernels(kernels)))
}

import type { KernelPlan, KernelStep } from '../../compiler/kernel-plan.js'
import type { Operand } from '../../compiler/plan.js'
import { input } from '../../graph/build.js'
import { bytesOf } from '../../graph/rules/movement.js'
import type { Kernels, Memory } from './backend.js'
import { serialize } from './serialize.js'

/** As long as this at least, since clocks of browsers are coarse. */
const MEASURED_MILLISECONDS = 2
const MOST_RUNS = 1 << 16
/** The quickest of several times counts: whatever else the machine does only adds to it. */
const TIMES = 5
/** But no longer than this for one kernel. */
const PATIENCE_MILLISECONDS = 40

/** The milliseconds of one run of a step as a program of its own, on zeros; undefined if it fails on them. */
export function timeAlone(step: KernelStep, kernels: Kernels): number | undefined {
  const { plan, inputs, outputs } = alone(step)
  const { words } = serialize(plan)
  const handle = kernels.load(words)
  if (typeof handle === 'string') return undefined
  const zeros = inputs.map((operand) => zeroed(kernels.allocate(bytesOf(operand)), bytesOf(operand)))
  const results = outputs.map((operand) => kernels.allocate(bytesOf(operand)))
  const failure = new Float64Array(5)
  const run = (): boolean => {
    const addresses = [...zeros.map(({ address }) => address), ...results.map(({ target }) => target)]
    return kernels.run(handle, Float64Array.from(addresses), failure) === 0
  }
  if (!run()) return undefined
  const measure = (runs: number): number => {
    const start = performance.now()
    for (let i = 0; i < runs; i++) run()
    return performance.now() - start
  }
  const begun = performance.now()
  let runs = 1
  let taken = measure(runs)
  while (taken < MEASURED_MILLISECONDS && runs < MOST_RUNS) {
    runs *= 2
    taken = measure(runs)
  }
  for (let i = 1; i < TIMES && performance.now() - begun < PATIENCE_MILLISECONDS; i++) {
    taken = Math.min(taken, measure(runs))
  }
  return taken / runs
}

/** A program of one step, whose operands are its inputs and outputs wherever they have been. */
function alone(step: KernelStep): { plan: KernelPlan; inputs: readonly Operand[]; outputs: readonly Operand[] } {
  const inputs = step.inputs.filter(({ place }) => place.kind !== 'constant')
  const { outputs } = step
  const placed = (operand: Operand): Operand =>
    operand.place.kind === 'constant'
      ? operand
      : { ...operand, place: { kind: 'input', index: inputs.indexOf(operand) } }
  const typed = ({ dtype, shape }: Operand) => input(dtype, shape)
  const plan: KernelPlan = {
    graph: { inputs: inputs.map(typed), outputs: outputs.map(typed) },
    steps: [
      {
        ...step,
        inputs: step.inputs.map(placed),
        outputs: outputs.map((operand, index) => ({ ...operand, place: { kind: 'output', index } })),
      },
    ],
    ...{ copies: [], reuse: [], cuts: 0, arenaBytes: 0, unsharedBytes: 0 },
  }
  return { plan, inputs, outputs }
}

function zeroed(memory: Memory, bytes: number): Memory {
  const { buffer, offset } = memory.bytes()
  new Uint8Array(buffer, offset, bytes).fill(0)
  return memory
}

import { plan } from '../../compiler/plan.js'
import { Stopwatch } from '../../compiler/timings.js'
import { allocate, type DType, type TypedArray } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import type { Graph } from '../../graph/graph.js'
import type { Storage } from '../../graph/node.js'
import type { TensorType } from '../../graph/primitives.js'
import type { Backend } from '../backend.js'
import { ReferenceProgram } from './program.js'

/** Elements in an ordinary typed array, which the garbage collector frees. */
export class HostStorage implements Storage {
  readonly backend = 'reference'

  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly data: TypedArray,
  ) {}
}

/** Plain TypeScript loops: slow, everywhere, and the truth that other backends are tested against. */
export class ReferenceBackend implements Backend {
  readonly name = 'reference'

  allocate({ dtype, shape }: TensorType): HostStorage {
    return new HostStorage(dtype, shape, allocate(dtype, sizeOf(shape)))
  }

  upload({ dtype, shape }: TensorType, data: TypedArray): HostStorage {
    return new HostStorage(dtype, shape, data)
  }

  async download(storage: Storage): Promise<TypedArray> {
    return hostData(storage).slice()
  }

  downloadSync(storage: Storage): TypedArray {
    return hostData(storage)
  }

  load(graph: Graph, donated?: ReadonlySet<number>): ReferenceProgram {
    const watch = new Stopwatch()
    const planned = watch.measure('plan', () => plan(graph, donated))
    return watch.measure('load', () => new ReferenceProgram(planned, watch.timings))
  }
}

/** The array behind a storage of this backend. */
export function hostData(storage: Storage): TypedArray {
  if (storage instanceof HostStorage) return storage.data
  throw new Error(`reference backend: a storage of the ${storage.backend} backend was handed over`)
}

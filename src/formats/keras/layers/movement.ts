import { sizeOf } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { Config } from '../config.js'
import { type Build, plain } from './layer.js'

/** A pair for each spatial axis. */
function margins(config: Config, setting: string, axes: number): (readonly [number, number])[] {
  const value = config.get(setting)
  const list = Array.isArray(value) ? value : new Array<unknown>(axes).fill(value ?? config.wrong(setting, value))
  // One axis has its pair without a list around it.
  const perAxis = axes === 1 && list.length === 2 ? [list] : list
  const pairs = perAxis.map((each) => (Array.isArray(each) ? each : [each, each]))
  if (pairs.length !== axes || pairs.some((pair) => pair.length !== 2 || !pair.every(Number.isSafeInteger))) {
    config.wrong(setting, value)
  }
  return pairs as [number, number][]
}

const padded =
  (axes: number): Build =>
  (config) => {
    config.expect('data_format', 'channels_last', 'channelsLast', undefined)
    const pairs = margins(config, 'padding', axes)
    return { run: ([x]) => ops.pad(x, [0, ...pairs, 0]) }
  }

const cropped =
  (axes: number): Build =>
  (config) => {
    config.expect('data_format', 'channels_last', 'channelsLast', undefined)
    const pairs = margins(config, 'cropping', axes)
    return { run: ([x]) => ops.slice(x, ':', ...pairs.map(([low, high], i) => [low, x.shape[i + 1] - high] as const)) }
  }

const enlarged =
  (axes: number): Build =>
  (config) => {
    config.expect('data_format', 'channels_last', 'channelsLast', undefined)
    config.expect('interpolation', 'nearest', 'bilinear', undefined)
    const factors = config.sizes('size', 2)
    const mode = config.text('interpolation', 'nearest') === 'bilinear' ? 'bilinear' : 'nearest'
    const factor = (i: number): number => (typeof factors === 'number' ? factors : factors[i])
    return {
      run: ([x]) =>
        ops.resize(
          x,
          x.shape.slice(1, 1 + axes).map((n, i) => n * factor(i)),
          { mode },
        ),
    }
  }

/** A shape in which one size may be −1: what is left. */
export function reshaped(x: Node, shape: readonly number[]): Node {
  const known = sizeOf(shape.filter((n) => n >= 0))
  return ops.reshape(
    x,
    shape.map((n) => (n < 0 ? sizeOf(x.shape) / known : n)),
  )
}

export const movementLayers: Readonly<Record<string, Build>> = {
  Flatten: (config) => {
    config.expect('data_format', 'channels_last', 'channelsLast', undefined)
    return { run: ([x]) => (x.rank === 1 ? ops.unsqueeze(x, 1) : ops.flatten(x, 1)) }
  },
  Reshape: plain((x, config) => reshaped(x, [x.shape[0], ...config.numbers('target_shape')])),
  Permute: plain((x, config) => ops.permute(x, [0, ...config.numbers('dims')])),
  RepeatVector: plain((x, config) => ops.repeat(ops.unsqueeze(x, 1), config.number('n'), 1)),
  ZeroPadding1D: padded(1),
  ZeroPadding2D: padded(2),
  ZeroPadding3D: padded(3),
  Cropping1D: cropped(1),
  Cropping2D: cropped(2),
  Cropping3D: cropped(3),
  UpSampling1D: enlarged(1),
  UpSampling2D: enlarged(2),
  UpSampling3D: enlarged(3),
}

import { conv, type Tensor, tensor } from 'shapewise'
import { kernelSize, mapSize, paddingOf, pooledSize, type Stage } from './stage'

/** A grey picture: values row after row, 0 black, 1 white; feature maps may have any values. */
export interface Grey {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/** What a stage makes of a picture. */
export interface Applied {
  /** After convolution and activation. */
  readonly map: Grey
  /** After pooling too. */
  readonly result: Grey
}

type Pictures = Tensor<[number, number, number, number]>

/** What a chain of stages makes of a picture, up to the first whose kernel does not fit. */
export async function applyStages(picture: Grey, stages: readonly Stage[]): Promise<readonly Applied[]> {
  const applied: Applied[] = []
  let last = picture
  for (const stage of stages) {
    const [height, width] = [mapSize(last.height, stage), mapSize(last.width, stage)]
    if (pooledSize(height, stage) < 1 || pooledSize(width, stage) < 1) break
    const size = kernelSize(stage)
    const x = tensor(last.values, [1, last.height, last.width, 1])
    const kernel = tensor(Float32Array.from(stage.kernel), [size, size, 1, 1])
    const { stride, dilation } = stage
    const sums = conv(x, kernel, { stride, dilation, padding: paddingOf(stage) }) as Pictures
    const map = stage.activation === 'relu' ? sums.relu() : stage.activation === 'abs' ? sums.abs() : sums
    const pooled = stage.pooling === 'none' ? map : stage.pooling === 'max' ? map.maxPool(2) : map.avgPool(2)
    const [mapped, result] = await Promise.all([greyOf(map as Pictures), greyOf(pooled as Pictures)])
    applied.push({ map: mapped, result })
    last = result
  }
  return applied
}

async function greyOf(pictures: Pictures): Promise<Grey> {
  const [, height, width] = pictures.shape
  return { width, height, values: Float32Array.from(await pictures.data()) }
}

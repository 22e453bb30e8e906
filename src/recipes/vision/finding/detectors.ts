import { compile, concat, type Tensor, tensor } from 'shapewise'
import type { RandomStream } from 'shapewise/data'
import { type Box, type Detection, nonMaximumSuppression, type TrueObject } from 'shapewise/metrics'
import * as nn from 'shapewise/nn'
import {
  anchors,
  NOTHING,
  NUMBERS,
  placedFrom,
  REGION_NUMBERS,
  REGIONS,
  SHAPES,
  STRIDE,
  someRegions,
  UNCLEAR,
  wanted,
} from './anchors.js'
import { kinds, SIDE } from './photo-scenes.js'

/** Less sure detections are not even looked at. */
const LEAST = 0.05
const MAPS = 64
const PLACES = SIDE / STRIDE
/** Sides of what is pooled from a region. */
const POOLED = 4

/** Finds digits and emoji in pictures [batch, 128, 128, 3]. */
export interface Detector extends nn.Module {
  forward(pictures: Tensor): Tensor
  readonly targetShape: readonly [number, number]
  /** What it learns from a scene. */
  targets(random: RandomStream, objects: readonly TrueObject[]): Float32Array
  /** Of what `forward` gives, for a batch of targets. */
  loss(outputs: Tensor, targets: Tensor): Tensor<[]>
  /** For each anchor the chances of all kinds, [batch, anchors, kinds], and where from it the thing is seen, [batch, anchors, 4]. */
  everywhere(pictures: Tensor): { readonly chances: Tensor; readonly boxes: Tensor }
}

/** Maps of an eighth of the size: [batch, 128, 128, 3] → [batch, 16, 16, 64]. */
function maps() {
  const convolution = (from: number, to: number, stride = 1) => [
    nn.conv2d(from, to, 3, { stride, padding: 1, bias: false }),
    ...[nn.batchNorm2d(to), nn.relu()],
  ]
  return new nn.Sequential<readonly nn.Link[]>([
    ...convolution(3, 16, 2),
    ...[...convolution(16, 32, 2), ...convolution(32, 32)],
    ...[...convolution(32, MAPS, 2), ...convolution(MAPS, MAPS), ...convolution(MAPS, MAPS)],
  ])
}

/** Says of all anchors at once what is there, by convolutions: one look. (RetinaNet of Lin et al. 2017, on one level.) */
export class OneStage extends nn.Module implements Detector {
  readonly targetShape = [anchors.length, NUMBERS] as const
  readonly maps = maps()
  readonly head = nn.sequential(nn.conv2d(MAPS, MAPS, 3, { padding: 1 }), nn.relu())
  readonly kinds = nn.conv2d(MAPS, SHAPES * kinds.length, 1)
  readonly boxes = nn.conv2d(MAPS, SHAPES * 4, 1)

  constructor() {
    super()
    // At the start each kind is at each anchor with a chance of one in a hundred; else all that is nothing would drown the rest.
    this.kinds.bias!.assign(tensor(new Float32Array(SHAPES * kinds.length).fill(-Math.log(99))))
  }

  targets(_: RandomStream, objects: readonly TrueObject[]): Float32Array {
    return wanted(objects)
  }

  forward(pictures: Tensor): Tensor {
    const maps = this.head.forward(this.maps.forward(pictures) as never) as Tensor
    const all = [PLACES * PLACES * SHAPES, -1]
    const [kinds, boxes] = [this.kinds, this.boxes].map((layer) =>
      (layer.forward(maps as never) as Tensor).reshape([pictures.shape[0]!, ...all]),
    )
    return concat([kinds!, boxes!], -1) as Tensor
  }

  loss(outputs: Tensor, targets: Tensor): Tensor<[]> {
    const labels = targets.slice('...', 0)
    const isOne = labels
      .unsqueeze(-1)
      .equal(tensor(kinds.map((_, label) => label)))
      .cast('float32')
    const focal = nn.binaryFocalLoss(kindsOf(outputs), isOne as Tensor, { reduction: 'none' }) as Tensor
    const counted = focal.sum(-1).mul(labels.notEqual(UNCLEAR).cast('float32'))
    return perObject(counted, boxesOf(outputs), labels, targets.slice('...', [1, NUMBERS]))
  }

  everywhere(pictures: Tensor) {
    const outputs = this.forward(pictures)
    return { chances: kindsOf(outputs).sigmoid() as Tensor, boxes: boxesOf(outputs) }
  }
}

/** Looks at each region by itself, pooled from maps that all share. (Fast R-CNN of Girshick 2015; the regions are all anchors.) */
export class ByRegions extends nn.Module implements Detector {
  readonly targetShape = [REGIONS, REGION_NUMBERS] as const
  readonly maps = maps()
  readonly hidden = nn.linear(POOLED * POOLED * MAPS, 128)
  /** The last one is that there is nothing. */
  readonly kinds = nn.linear(128, kinds.length + 1)
  readonly boxes = nn.linear(128, 4)

  targets(random: RandomStream, objects: readonly TrueObject[]): Float32Array {
    return someRegions(random, objects)
  }

  forward(pictures: Tensor): Tensor {
    return this.maps.forward(pictures) as Tensor
  }

  /** Maps and boxes [batch, regions, 4] → logits of kinds, and where the things are, [batch, regions, 25]. */
  look(maps: Tensor, regions: Tensor): Tensor {
    const pooled = nn.roiAlign(maps, regions, { size: POOLED, scale: 1 / STRIDE }) as Tensor
    const hidden = this.hidden.forward(pooled.reshape([maps.shape[0]!, regions.shape[1]!, -1]) as never).relu()
    const [kinds, boxes] = [this.kinds, this.boxes].map((layer) => layer.forward(hidden as never) as Tensor)
    return concat([kinds!, boxes!], -1) as Tensor
  }

  loss(maps: Tensor, targets: Tensor): Tensor<[]> {
    const outputs = this.look(maps, targets.slice('...', [0, 4]) as Tensor)
    const labels = targets.slice('...', 4)
    const isThing = labels.greaterEqual(0)
    const classes = isThing.where(labels, kinds.length).cast('int32')
    const logits = outputs.slice('...', [0, kinds.length + 1])
    const each = nn.crossEntropy(logits as Tensor, classes as Tensor, { reduction: 'none' }) as Tensor
    return perObject(each, boxesOf(outputs), labels, targets.slice('...', [5, REGION_NUMBERS]))
  }

  everywhere(pictures: Tensor) {
    const regions = tensor(Float32Array.from(anchors.flat()), [1, anchors.length, 4])
    const outputs = this.look(this.forward(pictures), regions.expand([pictures.shape[0]!, -1, -1]) as Tensor)
    const chances = outputs.slice('...', [0, kinds.length + 1]).softmax(-1)
    return { chances: chances.slice('...', [0, kinds.length]) as Tensor, boxes: boxesOf(outputs) }
  }
}

const kindsOf = (outputs: Tensor): Tensor => outputs.slice('...', [0, kinds.length]) as Tensor
const boxesOf = (outputs: Tensor): Tensor =>
  outputs.slice('...', [outputs.shape.at(-1)! - 4, outputs.shape.at(-1)!]) as Tensor

/** Errors about kinds, [batch, places], and about the boxes of things, together, for each place at which there is a thing. */
function perObject(kinds: Tensor, boxes: Tensor, labels: Tensor, wanted: Tensor): Tensor<[]> {
  const isThing = labels.greater(NOTHING).cast('float32')
  const away = nn.smoothL1(boxes, wanted, { beta: 0.1, reduction: 'none' }) as Tensor
  const things = isThing.sum().maximum(1)
  return kinds.add(away.sum(-1).mul(isThing)).sum().div(things) as Tensor<[]>
}

/** What a detector finds in a scene, of what overlaps only the surest. */
export function finder(detector: Detector): (pixels: Float32Array) => Promise<Detection[]> {
  const everywhere = compile((pictures: Tensor) => detector.everywhere(pictures))
  return async (pixels) => {
    const { chances, boxes } = everywhere(tensor(pixels, [1, SIDE, SIDE, 3]) as Tensor)
    const [scores, seen] = [await chances.data(), (await boxes.data()) as Float32Array]
    const found: Detection[] = []
    for (const [i, score] of (scores as Float32Array).entries()) {
      if (score < LEAST) continue
      const at = Math.floor(i / kinds.length)
      const box: Box = placedFrom(anchors[at]!, seen.subarray(4 * at, 4 * at + 4))
      found.push({ box, label: i % kinds.length, score })
    }
    return nonMaximumSuppression(found, { overlap: 0.4 })
  }
}

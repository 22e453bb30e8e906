import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'

/** LeNet-5 for digits or a residual network of ten layers for photographs, with weights of a precision. */
export function network(data: 'digits' | 'cifar', dtype: 'float32' | 'float64') {
  const convolution = (from: number, to: number, size: number, stride = 1) =>
    nn.conv2d(from, to, size, { padding: size === 5 ? 'valid' : 'same', stride, dtype })
  const linear = (from: number, to: number) => nn.linear(from, to, { dtype })
  const widen = nn.lambda((x: Tensor) => x.cast(dtype))
  if (data === 'digits') {
    const maps = [nn.zeroPad2d(2), convolution(1, 6, 5), nn.relu(), nn.maxPool2d(2), convolution(6, 16, 5), nn.relu()]
    const dense = [nn.flatten(), linear(400, 120), nn.relu(), linear(120, 84), nn.relu(), linear(84, 10)]
    return new nn.Sequential<readonly nn.Link[]>([widen, ...maps, nn.maxPool2d(2), ...dense])
  }
  const norm = (channels: number) => nn.batchNorm2d(channels, { dtype })
  const block = (channels: number) =>
    nn.residual(
      new nn.Sequential<readonly nn.Link[]>([
        ...[convolution(channels, channels, 3), norm(channels), nn.relu()],
        ...[convolution(channels, channels, 3), norm(channels)],
      ]),
    )
  const stages = [16, 32, 64].flatMap((channels, i) => [
    ...[i === 0 ? convolution(3, 16, 3) : convolution(channels / 2, channels, 3, 2), norm(channels), nn.relu()],
    ...[block(channels), nn.relu()],
  ])
  return new nn.Sequential<readonly nn.Link[]>([widen, ...stages, nn.globalAvgPool(), linear(64, 10)])
}

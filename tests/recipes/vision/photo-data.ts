import { existsSync } from 'node:fs'
import { join } from 'node:path'

const data = process.env.SHAPEWISE_DATA ?? ''

/** Why recipes on the sample photographs and the pretrained networks cannot be tested here; '' if they can. */
export const withoutPhotos = [
  'photos/chelsea.png',
  'pretrained/squeezenet1.1_fp16.onnx',
  'pretrained/style_wave',
].every((path) => existsSync(join(data, path)))
  ? ''
  : ' (skipped: SHAPEWISE_DATA has no sample photographs and pretrained networks)'

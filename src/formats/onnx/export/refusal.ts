import { fail } from '../../../core/errors.js'

/** A row for a primitive that has no form in ONNX. */
export const refuse = (primitive: string, cure: string) => (): never =>
  fail(`toOnnx: '${primitive}' has no form in ONNX`, cure)

/**
 * What every failure of Shapewise looks like: one paragraph that names the cause and the cure.
 * The command line prints the message and exits with code 2; the stack is for `--debug`.
 */
export class ShapewiseError extends Error {
  override readonly name: string = 'ShapewiseError'
}

/** Sizes, ranks or axes that do not fit together. */
export class ShapeError extends ShapewiseError {
  override readonly name = 'ShapeError'
}

/** An element type that an operation does not take. */
export class DTypeError extends ShapewiseError {
  override readonly name = 'DTypeError'
}

/** Throws a {@link ShapewiseError} reading `cause cure`. */
export function fail(cause: string, cure = ''): never {
  throw new ShapewiseError(sentence(cause, cure))
}

/** Throws a {@link ShapeError} reading `operation: cause cure`. */
export function failShape(operation: string, cause: string, cure = ''): never {
  throw new ShapeError(sentence(`${operation}: ${cause}`, cure))
}

/** Throws a {@link DTypeError} reading `operation: cause cure`. */
export function failDType(operation: string, cause: string, cure = ''): never {
  throw new DTypeError(sentence(`${operation}: ${cause}`, cure))
}

function sentence(cause: string, cure: string): string {
  if (cure === '') return cause
  return /[.!?:]$/.test(cause) ? `${cause} ${cure}` : `${cause}. ${cure}`
}

import { SelfsameError } from '../errors.js'

/** An operator refused its arguments; the message names it and every tensor's dtype and shape. */
export class OperatorError extends SelfsameError {
  override name = 'OperatorError'
}

/** A tensor was used after its memory was given back. */
export class DisposedTensorError extends SelfsameError {
  override name = 'DisposedTensorError'
  constructor(use: string) {
    super(
      `${use} is a tensor that is already disposed: return it from the scope() that made it, or keep() it, if it is needed later`,
    )
  }
}

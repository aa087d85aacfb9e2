import { inputFailure, type Result } from '../transport/failure';

/** Reads parameters of an item. n8n throws where an expression cannot be worked out; that must not take the other items along. */
export function readSafely<T>(read: () => Result<T>): Result<T> {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return inputFailure(
      `A parameter of this item cannot be worked out: ${reason}`,
      'Check the expressions in the node.',
    );
  }
}

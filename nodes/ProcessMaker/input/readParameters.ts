import { inputError, ProcessMakerError } from '../transport/processMakerError';

/**
 * Reads parameters of one item.
 *
 * @throws ProcessMakerError also where n8n cannot resolve an expression, so that only its item fails
 */
export function readParameters<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(thrown: unknown): ProcessMakerError {
  if (thrown instanceof ProcessMakerError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return inputError(
    `A parameter of this item could not be read: ${reason}`,
    'Check the expressions in the node.',
  );
}

import { inputFailure, type Failure } from '../transport/failure';

/** Works on one item. What nobody thought of must not take the other items along, nor hide what was done for them. */
export async function workSafely<T>(work: () => Promise<T>): Promise<T | { ok: false; failure: Failure }> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const { failure } = inputFailure(
      `The node could not go on with this item: ${reason}`,
      'Look in ProcessMaker whether it was done before you run it again.',
    );
    return { ok: false, failure: { ...failure, delivery: 'unknown' } };
  }
}

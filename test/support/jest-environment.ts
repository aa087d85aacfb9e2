import { TestEnvironment } from 'jest-environment-node';
import { type RejectionEvent, UnhandledRejections, untilReported } from './unhandled-rejections';

/** The part of Jest's state that is used here. */
interface JestState {
  currentlyRunningTest?: { errors: unknown[] } | null;
  unhandledErrors: unknown[];
}

/** Jest's environment for Node, in which a test fails when a promise rejects while nobody listens to it. */
export default class StrictEnvironment extends TestEnvironment {
  private readonly rejections = new UnhandledRejections();

  /** Is called by Jest. A listener for `unhandledRejection` in a test hears nothing: it has a copy of `process`. */
  async handleTestEvent(event: RejectionEvent, state: JestState): Promise<void> {
    this.rejections.note(event, state.currentlyRunningTest ?? undefined, state.unhandledErrors);
    // What rejects at the very end of a test or a hook still belongs to it.
    if (/^(test_fn|hook)_(success|failure)$/.test(event.name)) await untilReported();
  }
}

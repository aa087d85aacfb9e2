import { TestEnvironment } from 'jest-environment-node';
import { type RejectionEvent, UnhandledRejections, untilReported } from './unhandled-rejections';

/** The part of Jest's state that is used here. */
interface JestState {
  currentlyRunningTest?: { errors: unknown[] } | null;
  unhandledErrors: unknown[];
}

type Given = ConstructorParameters<typeof TestEnvironment>;

/** Where Jest keeps its state of a file, its listeners and `jest.setTimeout`. */
const OF_JEST = /JEST_STATE|EVENT_HANDLERS|TEST_TIMEOUT|RETRY|LOG_ERRORS/;

let ofThisWorker: SharedEnvironment | undefined;

/**
 * Jest's environment for Node. All test files of a worker share one, since the libraries that they share belong to its
 * globals. A test fails in it when a promise rejects while nobody listens to it.
 */
export default class SharedEnvironment extends TestEnvironment {
  private rejections!: UnhandledRejections;

  constructor(config: Given[0], context: Given[1]) {
    if (ofThisWorker) return ofThisWorker;
    super(config, context);
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    ofThisWorker = this;
  }

  override setup(): Promise<void> {
    this.rejections = new UnhandledRejections();
    return Promise.resolve();
  }

  /** Leaves the globals to the next file, without what Jest keeps there for this one. */
  override teardown(): Promise<void> {
    this.fakeTimers?.dispose();
    this.fakeTimersModern?.dispose();
    for (const key of Object.getOwnPropertySymbols(this.global)) {
      if (OF_JEST.test(String(key))) Reflect.deleteProperty(this.global, key);
    }
    return Promise.resolve();
  }

  /** Is called by Jest. A listener for `unhandledRejection` in a test hears nothing: it has a copy of `process`. */
  async handleTestEvent(event: RejectionEvent, state: JestState): Promise<void> {
    this.rejections.note(event, state.currentlyRunningTest ?? undefined, state.unhandledErrors);
    // What rejects at the very end of a test or a hook still belongs to it.
    if (/^(test_fn|hook)_(success|failure)$/.test(event.name)) await untilReported();
  }
}

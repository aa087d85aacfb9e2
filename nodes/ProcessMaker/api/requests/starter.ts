import type { Connection } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { isKind, rethrown } from '../../transport/processMakerError';
import { apiPath } from '../../transport/request';
import { readTokenUserId } from '../users/users';
import { type ApiRequest, asRequests, starterOf } from './requests';

/** The user of the token: known from what it has started, or asked for once. */
export class TokenUser {
  private id: number | undefined;

  private asked: Promise<number | undefined> | undefined;

  constructor(private readonly connection: Connection) {}

  /** To be called with the response to a start. */
  learnFrom(started: ApiRequest): void {
    this.id ??= starterOf(started);
  }

  /** @returns undefined where the server does not show it @throws when there was no response; it may be asked again */
  async find(): Promise<number | undefined> {
    if (this.id !== undefined) return this.id;
    this.asked ??= findTokenUserId(this.connection).catch((error: unknown) => {
      this.asked = undefined;
      throw rethrown(error);
    });
    return await this.asked;
  }
}

async function findTokenUserId(connection: Connection): Promise<number | undefined> {
  try {
    return await readTokenUserId(connection, '');
  } catch (error) {
    // Before 4.12 `configuration` is taken for the id of a user.
    if (isKind(error, 'notFound', 'forbidden')) return await findByOwnRequest(connection);
    throw rethrown(error);
  }
}

/** Of a Request that the user has started and that is under way: `GET /api/1.0/requests?type=started_me`. */
async function findByOwnRequest(connection: Connection): Promise<number | undefined> {
  const list = await readList(connection, {
    path: apiPath('1.0', 'requests'),
    limit: 1,
    qs: { type: 'started_me', order_by: 'id' },
  });
  const [request] = asRequests(list);
  return request && starterOf(request);
}

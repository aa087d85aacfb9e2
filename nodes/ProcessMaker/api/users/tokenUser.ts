import type { Connection } from '../../transport/connection';
import type { Failure, Result } from '../../transport/failure';
import { apiPath, callApiPatiently } from '../../transport/request';
import { isObject } from '../../guards';

/** The user of the access token, asked for once, and only when needed. */
export class TokenUser {
  private id: Promise<Result<number>> | undefined;

  constructor(private readonly connection: Connection) {}

  async idOf(): Promise<Result<number>> {
    this.id ??= readTokenUserId(
      this.connection,
      "Choose 'User' in 'Assigned To' and give the user, by ID if need be: the number stands in the address of the user's profile.",
    );
    return await this.id;
  }
}

/**
 * `GET /api/1.0/users/configuration`, which answers for any user's token since ProcessMaker 4.12.
 *
 * @param advice what to do where an older server does not tell
 */
export async function readTokenUserId(connection: Connection, advice: string): Promise<Result<number>> {
  const result = await callApiPatiently(connection, {
    method: 'GET',
    path: apiPath('1.0', 'users', 'configuration'),
  });
  const unknown = {
    message: 'This ProcessMaker does not tell whose access token it is',
    description: `It does so since version 4.12. ${advice}`,
  };
  if (!result.ok) return { ok: false, failure: aboutOldServer(result.failure, unknown) };
  const id = isObject(result.value) ? result.value.user_id : undefined;
  return typeof id === 'number'
    ? { ok: true, value: id }
    : { ok: false, failure: { ...unknown, kind: 'foreignAnswer', delivery: 'notProcessed' } };
}

function aboutOldServer(failure: Failure, unknown: Pick<Failure, 'message' | 'description'>): Failure {
  return failure.kind === 'notFound' ? { ...failure, ...unknown } : failure;
}

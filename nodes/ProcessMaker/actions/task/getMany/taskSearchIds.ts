import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../../transport/connection';
import type { Result } from '../../../transport/failure';
import { ProcessFinder } from '../../../api/processes/processFinder';
import { RequestIds } from '../../../api/requests/requestReference';
import type { TaskSearch } from './taskSearch';
import { TokenUser } from '../../../api/users/tokenUser';

/** Finds the ids that the searches of a run ask for by other names, each kind in one call. */
export class TaskSearchIds {
  private readonly tokenUser: TokenUser;

  private readonly processes: ProcessFinder;

  private readonly requests: RequestIds;

  constructor(connection: Connection, all: TaskSearch[]) {
    this.tokenUser = new TokenUser(connection);
    this.processes = new ProcessFinder(connection);
    this.requests = new RequestIds(
      connection,
      all.flatMap(({ request }) => request ?? []),
    );
  }

  /** @returns the query of `GET /api/1.0/tasks` */
  async queryOf({ qs, assignee, process, request }: TaskSearch): Promise<Result<IDataObject>> {
    const ids: IDataObject = {};
    if (assignee !== 'anyone') {
      const id = assignee === 'me' ? await this.tokenUser.idOf() : { ok: true as const, value: assignee.id };
      if (!id.ok) return id;
      ids.user_id = id.value;
    }
    if (process) {
      const id = await this.processes.idOf(process);
      if (!id.ok) return id;
      ids.process_id = id.value;
    }
    if (request) {
      const id = await this.requests.idOf(request);
      if (!id.ok) return id;
      ids.process_request_id = id.value;
    }
    return { ok: true, value: { ...qs, ...ids } };
  }
}

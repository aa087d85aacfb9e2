import { createHash } from 'node:crypto';
import { hasPermission } from '../auth';
import type { ProcessRow, UserRow } from '../database/rows';
import { collection, pageRows, signedPageOf } from '../http/collection';
import { notFound, serverError, unauthorized } from '../http/errors';
import type { Instance } from '../instance';
import { isSimplified, listProcesses } from '../processes/list';
import { allowedEvents, manualEvents, processIncludes, processRelations } from '../processes/present';
import { findProcess } from '../requests/store';
import { managedProcessJson } from '../serializers/process';
import type { Json } from '../types';
import { ok, type Route } from './route';

/** The server tags the empty response like every other. */
const NO_PROCESS = { status: 204, body: undefined, etag: 'no-process' };

function checkPermission(instance: Instance, user: UserRow): void {
  if (!hasPermission(instance, user, 'view-processes')) throw unauthorized();
}

const list: Route = {
  method: 'GET',
  path: '/processes',
  handle({ instance, user, query }) {
    checkPermission(instance, user);
    if (query.text('simplified_data_for_selector') === 'true') throw serverError();
    const include = processIncludes(query);
    const page = signedPageOf(query);
    const all = listProcesses(instance, user, query);
    const row = (process: ProcessRow): Json => {
      const events = allowedEvents(instance, process, user);
      if (isSimplified(query)) return { id: process.id, events };
      return {
        ...managedProcessJson(process),
        startEvents: manualEvents(instance, process, user),
        bookmark_id: 0,
        launchpad: null,
        ...processRelations(instance, process, include),
        events,
      };
    };
    return ok(collection(pageRows(all, page).map(row), all.length, page, query));
  },
};

const show: Route = {
  method: 'GET',
  path: '/processes/{id}',
  handle({ instance, user, id, query }) {
    checkPermission(instance, user);
    const process = findProcess(instance, id);
    if (process === undefined) return NO_PROCESS;
    const include = processIncludes(query);
    return ok({
      ...managedProcessJson(process),
      ...processRelations(instance, process, include),
      ...(include.includes('events') ? { events: allowedEvents(instance, process, user) } : {}),
    });
  },
};

/** The drawing of a process, as a file that calls itself a page. */
const download: Route = {
  method: 'GET',
  path: '/processes/{id}/bpmn',
  handle({ instance, user, id }) {
    const process = findProcess(instance, id);
    if (process === undefined) throw notFound();
    checkPermission(instance, user);
    const headers = {
      'Content-Type': 'text/html; charset=UTF-8',
      'Content-Disposition': 'attachment; filename=bpmnProcess.bpmn',
      // The server makes it of the user and of a body, which a file does not have.
      ETag: `"${createHash('md5').update(String(user.id)).digest('hex')}"`,
    };
    return { status: 200, body: undefined, file: { bytes: Buffer.from(process.bpmn), headers } };
  },
};

/** Processes, for those who manage them. */
export const processRoutes: Route[] = [list, show, download];

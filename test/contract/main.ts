import { createEngine } from '../support/engine';
import { checks } from './checks';
import type { Contract } from './contract';
import { Missing } from './missing';
import { findPreconditions } from './preconditions';
import { removeStarted } from './remove';
import { openServer, type Server } from './server';
import { makeWorkshop } from './workshop';

interface Counts {
  passed: number;
  failed: number;
}

/** Holds the node's own calls against a server. Ends with the line `N passed, N failed`. */
async function main(): Promise<number> {
  const counts = { passed: 0, failed: 0 };
  let server: Server | undefined;
  try {
    server = await openServer();
    console.log(server.standIn ? 'Against the ProcessMaker stand-in.' : `Against ${server.url}.`);
    const prepared = await prepare(server);
    counts.passed++;
    if (!prepared.adminToken) console.log('No administrator: set PROCESSMAKER_ADMIN_TOKEN for all checks.');
    await runChecks({ engine: await createEngine(), server: prepared, started: new Set() }, counts);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    counts.failed++;
    console.log(`✗ ${error.message}`);
  } finally {
    await server?.close();
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
}

/** Checks what all else builds on, and makes what the other checks need where an administrator's token is given. */
async function prepare(server: Server): Promise<Server> {
  const { userId, adminToken, processName } = await findPreconditions(server);
  console.log(`✓ the token is accepted, and its user ${userId} may start process '${processName}'`);
  if (adminToken === undefined) return server;
  const workshop = server.standIn
    ? await server.standIn.makeWorkshop(userId)
    : await makeWorkshop({ url: server.url, token: adminToken }, userId);
  return { ...server, adminToken, workshop };
}

async function runChecks(contract: Contract, counts: Counts): Promise<void> {
  const { server } = contract;
  try {
    for (const { name, needs, run } of checks) {
      const reason = needs?.(server);
      if (reason !== undefined) {
        console.log(`- ${name}: not possible here, ${reason}`);
        continue;
      }
      try {
        await run(contract);
        counts.passed++;
        console.log(`✓ ${name}`);
      } catch (error) {
        counts.failed++;
        console.log(`✗ ${name}\n  ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    const left = await removeStarted(contract);
    await server.workshop?.close();
    if (left.length > 0) console.log(`Requests that could not be deleted: ${left.join(', ')}`);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);

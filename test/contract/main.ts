import { createEngine } from '../support/engine';
import { checks } from './checks';
import { openServer } from './server';

/** Holds the node's own calls against a server. Ends with the line `N passed, N failed`. */
async function main(): Promise<number> {
  const server = await openServer();
  const counts = { passed: 0, failed: 0 };
  try {
    const engine = await createEngine();
    console.log(server.standIn ? 'Against the ProcessMaker stand-in.' : `Against ${server.url}.`);
    for (const { name, onlyStandIn, run } of checks) {
      if (onlyStandIn && !server.standIn) {
        console.log(`- ${name}: not possible here, ${onlyStandIn}`);
        continue;
      }
      try {
        await run({ engine, server });
        counts.passed++;
        console.log(`✓ ${name}`);
      } catch (error) {
        counts.failed++;
        console.log(`✗ ${name}\n  ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await server.close();
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);

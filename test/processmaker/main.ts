import { parseArgs } from 'node:util';
import { startProcessMaker } from './index';
import { TOKENS, USERS } from './fixtures/users';

// Ends as by SIGKILL, but not in the midst of a commit: the driver does not roll back what it finds half-written.
process.on('SIGUSR2', () => process.kill(process.pid, 'SIGKILL'));

/** Starts the stand-in alone and prints what is needed to use it. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, database: { type: 'string' } } });
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`'${values.port}' is no port number.`);
  const processMaker = await startProcessMaker({
    port,
    ...(values.database === undefined ? {} : { database: values.database }),
  });
  console.log(`ProcessMaker stand-in: ${processMaker.url}\n\nAccess tokens:`);
  for (const [name, { token, userId }] of Object.entries(TOKENS)) {
    const user = USERS.find(({ id }) => id === userId);
    console.log(`  ${name.padEnd(10)}${token}  (user ${user?.username}, ${user?.timezone})`);
  }
  const { client } = processMaker.oauth;
  console.log(`\nOAuth2 client: id ${client.id}, secret ${client.secret}`);
  console.log(
    `It returns to ${client.redirectUris.join(', ')}; sign in as limited with ${processMaker.oauth.password('limited')}.`,
  );
  console.log('\nCtrl-C stops it.');
  const stop = (): void => void processMaker.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';

// What can be known of the example without Docker.
const read = (file: string) => readFileSync(resolve(__dirname, '../../examples/docker', file), 'utf8');

interface Service {
  image: string;
  command?: string | string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
}

const text = read('compose.yml');
const document = parseDocument(text, { merge: true });
const { services, volumes } = document.toJS() as {
  services: Record<'package' | 'n8n' | 'worker' | 'postgres' | 'redis', Service>;
  volumes: Record<string, unknown>;
};
const all = Object.values(services);

it('is sound YAML, and declares the services and volumes that it uses', () => {
  expect([...document.errors, ...document.warnings]).toEqual([]);
  const waitedFor = all.flatMap(({ depends_on = {} }) => Object.entries(depends_on));
  for (const [name, { condition }] of waitedFor) {
    expect(Object.keys(services)).toContain(name);
    if (condition === 'service_healthy') expect(services[name as 'n8n']).toHaveProperty('healthcheck');
  }
  const used = all.flatMap(({ volumes: mounts = [] }) => mounts.map((mount) => mount.split(':')[0] ?? ''));
  const named = used.filter((name) => !name.startsWith('.'));
  expect([...new Set(named)].sort()).toEqual(Object.keys(volumes).sort());
});

it('pins the version of every image of the compose file', () => {
  for (const { image } of all) expect(image).toMatch(/^[\w./-]+:\d+\.\d+(\.\d+)?(-\w+)?$/);
});

it('gives the main process and the worker the same image, settings and folder, and has the package put there', () => {
  const { n8n, worker, package: installer } = services;
  expect(worker).toMatchObject({ image: n8n.image, environment: n8n.environment, volumes: n8n.volumes });
  expect(installer.image).toBe(n8n.image);
  const [volume] = n8n.volumes ?? [];
  expect(volume).toMatch(/:\/home\/node\/\.n8n$/);
  expect(installer.volumes).toContain(volume);
  const { entrypoint = [] } = installer;
  expect(entrypoint[entrypoint.indexOf('--prefix') + 1]).toBe('/home/node/.n8n/nodes');
  // The peer n8n-workflow is n8n's own.
  expect(entrypoint).toContain('--legacy-peer-deps');
  expect(n8n.depends_on).toMatchObject({ package: { condition: 'service_completed_successfully' } });
  expect(worker).toMatchObject({ command: 'worker', depends_on: { n8n: { condition: 'service_healthy' } } });
});

it('sets what queue mode needs, and what the callback needs in a worker', () => {
  const { environment = {} } = services.worker;
  expect(environment).toMatchObject({
    EXECUTIONS_MODE: 'queue',
    QUEUE_BULL_REDIS_HOST: 'redis',
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: 'postgres',
    DB_POSTGRESDB_DATABASE: services.postgres.environment?.POSTGRES_DB,
    DB_POSTGRESDB_USER: services.postgres.environment?.POSTGRES_USER,
    DB_POSTGRESDB_PASSWORD: services.postgres.environment?.POSTGRES_PASSWORD,
    N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
  });
  expect(environment.WEBHOOK_URL).toContain('${WEBHOOK_URL');
  expect(environment.N8N_WEBHOOK_URL).toBe(environment.WEBHOOK_URL);
});

it('takes every secret of the compose file from .env, where none has a value yet', () => {
  const secrets = all.flatMap(({ environment = {} }) =>
    Object.entries(environment).filter(([name]) => /KEY|PASSWORD|TOKEN|SECRET/.test(name)),
  );
  expect(secrets.length).toBeGreaterThan(0);
  for (const [, value] of secrets) expect(value).toMatch(/^\$\{\w+:\?[^}]*\}$/);
  const example = read('.env.example');
  for (const [, name = ''] of text.matchAll(/\$\{(\w+)/g)) {
    const empty = /KEY|PASSWORD/.test(name) ? '$' : '';
    expect(example).toMatch(new RegExp(`^${name}=${empty}`, 'm'));
  }
});

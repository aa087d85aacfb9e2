import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LazyPackageDirectoryLoader, PackageDirectoryLoader } from 'n8n-core';
import { resources } from '../../nodes/ProcessMaker/actions/resources';
import { EVENT_TYPES } from '../../nodes/ProcessMaker/trigger/eventTypes';

// What is built is what n8n finds; `npm run verify` checks package.json and the tarball.
const ROOT = resolve(__dirname, '../..');

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('the codex', () => {
  // The panel's search does not look at actions, only at the names of nodes and these.
  it('lists the action of every operation in the codex', () => {
    const { alias } = JSON.parse(read('dist/nodes/ProcessMaker/ProcessMaker.node.json')) as {
      alias: string[];
    };
    const known = alias.map((one) => one.toLowerCase());
    const actions = resources.flatMap(({ operations }) =>
      operations.map(({ action }) => action.toLowerCase()),
    );
    expect(actions.filter((action) => !known.includes(action))).toEqual([]);
    expect(known.filter((one, index) => known.indexOf(one) !== index)).toEqual([]);
  });

  // n8n shows the trigger and the node as one entry, with the words of the node.
  it('lists every event of the trigger in the codex', () => {
    const { alias } = JSON.parse(read('dist/nodes/ProcessMaker/ProcessMaker.node.json')) as {
      alias: string[];
    };
    expect(alias).toEqual(expect.arrayContaining(EVENT_TYPES.map(({ name }) => name)));
  });

  it('lists in the codex the words by which people look for the node', () => {
    const codex = JSON.parse(read('dist/nodes/ProcessMaker/ProcessMaker.node.json')) as Record<
      string,
      unknown
    >;
    expect(codex.node).toBe('n8n-nodes-processmaker.processMaker');
    expect(codex.categories).toEqual(expect.arrayContaining([expect.any(String)]));
    expect(codex.alias).toEqual(
      expect.arrayContaining(['Start Request', 'BPM', 'workflow', 'process instance', 'case']),
    );
  });
});

describe('index.js', () => {
  it('exports the built nodes and credentials from index.js', () => {
    const entry = jest.requireActual<Record<string, new () => object>>('../../index.js');
    expect(Object.keys(entry).sort()).toEqual([
      'ProcessMaker',
      'ProcessMakerApi',
      'ProcessMakerOAuth2Api',
      'ProcessMakerTrigger',
    ]);
    expect(entry.ProcessMaker && new entry.ProcessMaker()).toMatchObject({
      description: { name: 'processMaker' },
    });
    expect(entry.ProcessMakerApi && new entry.ProcessMakerApi()).toMatchObject({ name: 'processMakerApi' });
  });
});

describe('the metadata, which n8n reads in place of the code of nodes', () => {
  it('holds what n8n would find in the code', async () => {
    const [fromCode, fromMetadata] = [new PackageDirectoryLoader(ROOT), new LazyPackageDirectoryLoader(ROOT)];
    await Promise.all([fromCode.loadAll(), fromMetadata.loadAll()]);
    expect(fromMetadata.isLazyLoaded).toBe(true);
    expect(fromMetadata.known).toEqual(fromCode.known);
    const types = {
      // Only n8n's own build reads which methods a node has.
      nodes: Object.values(fromCode.nodeTypes).map(({ type: { description } }) => ({
        ...description,
        __loadOptionsMethods: undefined,
      })),
      credentials: Object.values(fromCode.credentialTypes).map(({ type }) => type),
    };
    expect(fromMetadata.types).toEqual(JSON.parse(JSON.stringify(types)));
  });

  it('lets n8n find nodes and credentials without a file of code', () => {
    const script = `
      const { LazyPackageDirectoryLoader } = require('n8n-core');
      new LazyPackageDirectoryLoader('.').loadAll().then(() => {
        const read = Object.keys(require.cache).filter((file) => file.startsWith(require('path').resolve('dist')));
        console.log(JSON.stringify(read));
      });`;
    const output = execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([]);
  });
});

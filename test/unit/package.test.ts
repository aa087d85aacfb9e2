import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { resources } from '../../nodes/ProcessMaker/actions/resources';
import { EVENT_TYPES } from '../../nodes/ProcessMaker/trigger/eventTypes';
import manifest from '../../package.json';

// What n8n's verification demands of a package and its lint rules do not check. They do check the built JavaScript
// for forbidden globals.
const ROOT = resolve(__dirname, '../..');
const { nodes, credentials } = manifest.n8n;

interface PackedPackage {
  files: Array<{ path: string }>;
}

function packedFiles(): string[] {
  const output = execFileSync('npm', ['pack', '--json', '--dry-run'], { cwd: ROOT, encoding: 'utf8' });
  const [packed] = JSON.parse(output) as PackedPackage[];
  return (packed?.files ?? []).map(({ path }) => path);
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('package.json', () => {
  it('depends on n8n-workflow of any version and on nothing else at run time', () => {
    expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
    for (const field of [
      'dependencies',
      'optionalDependencies',
      'bundledDependencies',
      'overrides',
      'resolutions',
    ]) {
      expect(manifest).not.toHaveProperty(field);
    }
  });

  it('runs no script when the package is installed', () => {
    const hooks = [
      'preinstall',
      'install',
      'postinstall',
      'prepare',
      'prepublish',
      'preprepare',
      'postprepare',
    ];
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  });

  it('declares in package.json what the registry page and n8n show', () => {
    expect(manifest.name).toMatch(/^n8n-nodes-/);
    expect(manifest.keywords).toContain('n8n-community-node-package');
    expect(manifest.license).toBe('MIT');
    expect(manifest.author).toEqual({
      name: expect.any(String) as string,
      email: expect.stringContaining('@') as string,
    });
    expect(manifest.repository.url).toMatch(/^git\+https:\/\//);
    expect(manifest.n8n.n8nNodesApiVersion).toBe(1);
  });
});

describe('the packed tarball', () => {
  const files = packedFiles();

  it('packs nothing but the built files, LICENSE, README.md, index.js and package.json', () => {
    const others = files.filter((file) => !file.startsWith('dist/'));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'index.js', 'package.json']);
    expect(files.filter((file) => !/\.(js|json|svg)$/.test(file) && file.startsWith('dist/'))).toEqual([]);
  });

  it('packs every node and credential of package.json, and the codex of every node', () => {
    const codex = nodes.map((file) => file.replace(/\.js$/, '.json'));
    expect(files).toEqual(expect.arrayContaining([...nodes, ...credentials, ...codex]));
  });

  it('requires nothing in the packed files but n8n-workflow, node:crypto and its own files', () => {
    const scripts = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
    const required = scripts.flatMap((file) =>
      [...read(file).matchAll(/\b(?:require|import)\(\s*['"]([^'"]+)['"]/g)].map(([, name]) => name),
    );
    const others = required.filter((name) => !/^\.\.?\//.test(name ?? ''));
    expect([...new Set(others)].sort()).toEqual(['n8n-workflow', 'node:crypto']);
  });
});

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

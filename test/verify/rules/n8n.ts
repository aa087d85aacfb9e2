import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';

import { installN8n } from '../../../demo/install';
import { startN8n } from '../../../demo/n8n';
import { N8nClient } from '../../../demo/n8nClient';
import { addCommunityPackage } from '../../../demo/package';
import { freePort } from '../../../demo/ports';
import type { Copy } from '../copy';
import type { Rule } from '../rule';

const OWNER = { email: 'verify@example.com', password: 'ProcessMaker4' };
const NODES = ['processMaker', 'processMakerTrigger'];
const CREDENTIALS = ['processMakerApi', 'processMakerOAuth2Api'];

/** n8n loads the code when it is first needed: what would go wrong then. */
async function notLoaded(copy: Copy): Promise<string[]> {
  const { folder } = await copy.packed();
  const { node, script } = await installN8n(copy.signal);
  const { nodes = [], credentials = [] } = copy.manifest().n8n ?? {};
  // The peer n8n-workflow is n8n's own.
  const env = { ...process.env, NODE_PATH: path.resolve(script, '../../..') };
  return [...nodes, ...credentials].flatMap((file) => {
    const code = `new (Object.values(require(${JSON.stringify(path.join(folder, file))}))[0])()`;
    try {
      execFileSync(node, ['-e', code], { env, stdio: 'pipe' });
      return [];
    } catch (error) {
      return [`${file} cannot be loaded: ${(error as Error).message}`];
    }
  });
}

/** The nodes and credentials that a fresh n8n does not list after it has got the tarball. */
async function notListed(copy: Copy): Promise<string[]> {
  const { signal } = copy;
  const { tarball } = await copy.packed();
  const userFolder = mkdtempSync(path.join(copy.folder, 'n8n-'));
  await addCommunityPackage(tarball, userFolder, signal);
  const n8n = await startN8n(await installN8n(signal), userFolder, signal, await freePort());
  try {
    const client = new N8nClient(n8n.url, signal);
    await client.setUpOwner(OWNER);
    const listed = [...(await client.nodeTypes()), ...(await client.credentialTypes())].map(
      ({ name }) => name,
    );
    const { name } = copy.manifest();
    const wanted = [...NODES.map((node) => `${name}.${node}`), ...CREDENTIALS];
    return wanted.filter((type) => !listed.includes(type)).map((type) => `n8n does not list ${type}.`);
  } finally {
    await n8n.stop();
  }
}

export const N8N_RULES: Rule[] = [
  {
    name: 'A fresh n8n loads the tarball, and lists both nodes and both credentials',
    check: async (copy) => {
      const broken = await notLoaded(copy);
      return broken.length > 0 ? broken : await notListed(copy);
    },
    violations: {
      'a node that is not in the metadata': (copy) => copy.write('dist/types/nodes.json', '[]'),
      'a credential that cannot be loaded': (copy) =>
        copy.append(
          'dist/credentials/ProcessMakerOAuth2Api.credentials.js',
          '\nthrow new Error("Broken.");\n',
        ),
    },
  },
];

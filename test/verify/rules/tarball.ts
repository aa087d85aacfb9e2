import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';

import { filesBelow } from '../copy';
import { unless, type Rule } from '../rule';

const LARGEST_BYTES = 300_000;
const SHIPPED =
  /^(LICENSE|README\.md|index\.js|package\.json|dist\/(nodes|credentials|icons)\/.+\.(js|json|svg)|dist\/(known|types)\/(nodes|credentials)\.json)$/;
/** What n8n reads in place of the code when it starts. */
const METADATA = ['known', 'types'].flatMap((folder) =>
  ['nodes', 'credentials'].map((file) => `dist/${folder}/${file}.json`),
);
const REQUIRED = /\b(?:require|import)\(\s*['"]([^'"]+)['"]/g;
const NODE = 'dist/nodes/ProcessMaker/ProcessMaker.node';

export const TARBALL_RULES: Rule[] = [
  {
    name: 'The tarball holds only what must ship',
    check: async (copy) => {
      const others = filesBelow((await copy.packed()).folder).filter((file) => !SHIPPED.test(file));
      return others.map((file) => `${file} is in the tarball.`);
    },
    violations: {
      'a source map': (copy) => copy.write(`${NODE}.js.map`, '{}'),
      'a test that was built': (copy) => copy.write('dist/test/unit/one.js', ''),
    },
  },
  {
    name: 'The tarball holds each node with its codex and schemas, each credential, the icons, metadata, README and licence',
    check: async (copy) => {
      const { nodes = [], credentials = [] } = copy.manifest().n8n ?? {};
      const codex = nodes.map((file) => file.replace(/\.js$/, '.json'));
      const icons = copy.files(/^icons\/.*\.svg$/).map((file) => `dist/${file}`);
      const schemas = copy.files(/\/__schema__\/.*\.json$/).map((file) => `dist/${file}`);
      const files = filesBelow((await copy.packed()).folder);
      const data = [...codex, ...schemas, ...icons, ...METADATA];
      const wanted = [...nodes, ...credentials, ...data, 'README.md', 'LICENSE', 'index.js'];
      return wanted.filter((file) => !files.includes(file)).map((file) => `${file} is not in the tarball.`);
    },
    violations: {
      'no codex': (copy) => copy.remove(`${NODE}.json`),
      'no schema': (copy) => copy.remove('dist/nodes/ProcessMaker/__schema__/v1.0.0/request/start.json'),
      'no metadata': (copy) => copy.remove('dist/types/nodes.json'),
      'no licence': (copy) => copy.remove('LICENSE'),
    },
  },
  {
    name: 'The tarball has less than 300 kB',
    check: async (copy) => {
      const { size } = statSync((await copy.packed()).tarball);
      return unless(size < LARGEST_BYTES, `The tarball has ${size} bytes.`);
    },
    violations: {
      'a large file': (copy) => copy.write('dist/nodes/a.json', randomBytes(LARGEST_BYTES).toString('hex')),
    },
  },
  {
    name: 'The tarball requires nothing but n8n-workflow, node:crypto and its own files',
    check: async (copy) => {
      const { folder } = await copy.packed();
      const scripts = filesBelow(folder).filter((file) => /^dist\/.*\.js$/.test(file));
      return scripts.flatMap((file) =>
        [...readFileSync(path.join(folder, file), 'utf8').matchAll(REQUIRED)]
          .map(([, name = '']) => name)
          .filter((name) => !/^(\.\.?\/.*|n8n-workflow|node:crypto)$/.test(name))
          .map((name) => `${file} requires ${name}.`),
      );
    },
    violations: { 'the file system': (copy) => copy.append(`${NODE}.js`, "\nrequire('node:fs');\n") },
  },
];

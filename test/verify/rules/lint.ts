import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { ESLint, type Linter } from 'eslint';

import type { Rule } from '../rule';
import { scanSources, scanTarball } from '../scanner';

const NODE = 'nodes/ProcessMaker/ProcessMaker.node.ts';
const BUILT_NODE = 'dist/nodes/ProcessMaker/ProcessMaker.node.js';
/** Verification does not see the comment. */
const HIDDEN = '\n/* eslint-disable */\nconsole.log(1);\n';

/** Lints with the newest plugins, which the scanner gets later. */
async function lint(folder: string, patterns: string[]): Promise<string[]> {
  const file = pathToFileURL(path.resolve(__dirname, '../newest-rules.mjs')).href;
  const { default: rules } = (await import(file)) as { default: Linter.Config[] };
  const eslint = new ESLint({
    cwd: folder,
    allowInlineConfig: false,
    overrideConfigFile: true,
    overrideConfig: rules,
  });
  // A pattern that matches no file throws.
  const results = await eslint.lintFiles(patterns);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message }) => `${path.relative(folder, filePath)}:${line} ${message}`),
  );
}

export const LINT_RULES: Rule[] = [
  {
    name: "n8n's scanner finds nothing in the sources",
    check: (copy) => scanSources(copy.path()),
    violations: {
      'a call that is not allowed, hidden by a comment': (copy) => copy.append(NODE, HIDDEN),
      'no source of a node': (copy) => copy.rename('nodes/', 'other/'),
    },
  },
  {
    name: "n8n's scanner finds nothing in the tarball",
    check: async (copy) => scanTarball((await copy.packed()).folder),
    violations: {
      'a call that is not allowed, hidden by a comment': (copy) => copy.append(BUILT_NODE, HIDDEN),
      'no built node': (copy) => copy.rename('dist/nodes/', 'dist/other/'),
    },
  },
  {
    name: 'The newest rules find nothing in the sources',
    check: (copy) => lint(copy.path(), ['package.json', 'nodes/**/*.ts', 'credentials/**/*.ts']),
    violations: {
      'a call that is not allowed, hidden by a comment': (copy) => copy.append(NODE, HIDDEN),
      'a global that is not allowed': (copy) => copy.append(NODE, '\nsetTimeout(() => undefined, 1);\n'),
    },
  },
  {
    name: 'The newest rules find nothing in the tarball',
    check: async (copy) => lint((await copy.packed()).folder, ['package.json', 'dist/**/*.js', 'index.js']),
    violations: {
      'a global that is not allowed': (copy) => copy.append(BUILT_NODE, '\nsetTimeout(() => {}, 1);\n'),
    },
  },
];

import { parseDocument } from 'yaml';

import type { Copy } from '../copy';
import { unless, type Rule } from '../rule';

const WORKFLOWS = /^\.github\/workflows\/.*\.yml$/;
const CI = '.github/workflows/ci.yml';
const LOCKFILES = /(^|\/)package-lock\.json$/;

interface Lockfile {
  packages: Record<string, { resolved?: string } & Record<string, unknown>>;
}

/** What GitHub would say about a workflow. */
async function reportWorkflow(copy: Copy, file: string): Promise<string[]> {
  const { NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
  const { context } = parseWorkflow({ name: file, content: copy.read(file) }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

/** Hosts that a lockfile names beside npm's own, and where it has left its package.json behind. */
function checkLockfile(copy: Copy, file: string): string[] {
  const { packages } = JSON.parse(copy.read(file)) as Lockfile;
  const manifest = JSON.parse(copy.read(file.replace(/-lock\.json$/, '.json'))) as Record<string, unknown>;
  const hosts = Object.values(packages).flatMap(({ resolved }) =>
    resolved && !resolved.startsWith('https://registry.npmjs.org/') ? [new URL(resolved).host] : [],
  );
  const fields = ['version', 'dependencies', 'devDependencies'] as const;
  return [
    ...[...new Set(hosts)].map((host) => `${file} names ${host}.`),
    ...fields
      .filter((field) => JSON.stringify(packages['']?.[field]) !== JSON.stringify(manifest[field]))
      .map((field) => `${file} has other ${field} than its package.json.`),
  ];
}

export const REPOSITORY_RULES: Rule[] = [
  {
    name: 'The lockfiles name no host but that of npm, and fit their package.json',
    check: (copy) => copy.files(LOCKFILES).flatMap((file) => checkLockfile(copy, file)),
    violations: {
      'another host': (copy) =>
        copy.replace(
          'demo/package-lock.json',
          '"integrity"',
          '"resolved": "http://registry.example/a.tgz", "integrity"',
        ),
      'another version of a package': (copy) =>
        copy.replace('package.json', /"gulp": "[^"]*"/, '"gulp": "5.0.0"'),
    },
  },
  {
    name: 'GitHub accepts the workflows',
    check: async (copy) =>
      (await Promise.all(copy.files(WORKFLOWS).map((file) => reportWorkflow(copy, file)))).flat(),
    violations: {
      'a key that GitHub does not know': (copy) => copy.replace(CI, 'runs-on:', 'run-on:'),
      'an expression that GitHub does not know': (copy) => copy.replace(CI, '${{ github.', '${{ gitlab.'),
    },
  },
  {
    name: 'Every other file for GitHub is sound YAML',
    check: (copy) =>
      copy
        .files(/^\.github\/.*\.yml$/)
        .flatMap((file) => parseDocument(copy.read(file)).errors.map(({ message }) => `${file}: ${message}`)),
    violations: { 'a broken file': (copy) => copy.append('.github/dependabot.yml', '\n  a: [\n') },
  },
  {
    name: 'Every action is pinned by its full commit, and its version stands beside it',
    check: (copy) =>
      copy
        .files(WORKFLOWS)
        .flatMap((file) =>
          (copy.read(file).match(/^.*\buses:.*$/gm) ?? [])
            .filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
            .map((line) => `${file}: ${line.trim()}`),
        ),
    violations: { 'a tag': (copy) => copy.replace(CI, /@[0-9a-f]{40} # v/, '@v') },
  },
  {
    name: 'Every workflow begins without rights, and runs once at a time for a branch or tag',
    check: (copy) =>
      copy.files(WORKFLOWS).flatMap((file) => {
        const { permissions, concurrency } = parseDocument(copy.read(file)).toJS() as Record<string, unknown>;
        const rights = JSON.stringify(permissions) ?? '';
        return [
          ...unless(/^\{("contents":"read")?\}$/.test(rights), `${file} begins with the rights ${rights}.`),
          ...unless(concurrency !== undefined, `${file} has no 'concurrency'.`),
        ];
      }),
    violations: {
      'a right to write': (copy) => copy.replace(CI, 'contents: read', 'contents: write'),
      'no concurrency': (copy) => copy.replace(CI, /^concurrency:\n( +.*\n)*/m, ''),
    },
  },
];

import { readChangelog } from '../changelog';
import type { Copy } from '../copy';
import { LINKED_FILES, withDocsLinks } from '../docsLinks';
import { repositoryOf, type Manifest } from '../manifest';
import { unless, type Rule } from '../rule';

/** What package.json has until its owner sets it. */
const PLACEHOLDER = {
  author: 'n8n-nodes-processmaker maintainers',
  email: /\.example$/,
  /** The owner on GitHub is called as the package. */
  repository: ({ name }: Manifest) => `${name}/${name}`,
};

const NOT_ON_NPM = /not (yet )?on npm( yet)?|once it is on npm/gi;
/** A repository that is no placeholder. */
const SAMPLE = `https://github.com/${['owner', 'package'].join('/')}`;

/** The repository must be the one that GitHub runs this in: npm compares it with the provenance. */
function checkRepository(copy: Copy): string[] {
  const repository = repositoryOf(copy.manifest());
  const here = copy.env.GITHUB_REPOSITORY;
  if (here)
    return unless(
      repository === here,
      `Set 'repository' in package.json to ${here}, where this runs: it is ${repository}.`,
    );
  return unless(
    repository !== PLACEHOLDER.repository(copy.manifest()),
    "Set 'repository' in package.json to the repository on GitHub: it is a placeholder.",
  );
}

/** Makes a copy pass these rules, so that one of them at a time can be broken. */
export async function makeReleasable(copy: Copy): Promise<void> {
  copy.changeManifest((manifest) => {
    manifest.author = { name: 'An Owner', email: 'owner@owner.test' };
    manifest.repository = { url: `git+${SAMPLE}.git` };
    manifest.homepage = `${SAMPLE}#readme`;
    manifest.bugs = { url: `${SAMPLE}/issues` };
  });
  for (const file of LINKED_FILES) copy.write(file, withDocsLinks(copy.read(file), `${SAMPLE}#readme`));
  copy.write('README.md', copy.read('README.md').replace(NOT_ON_NPM, 'on npm'));
  const { version } = copy.manifest();
  if (!(await readChangelog(copy)).findRelease(version)?.date)
    copy.replace('CHANGELOG.md', /^## (\[?Unreleased\]?)$/im, `## $1\n\n## [${version}] - 2026-01-01`);
}

export const RELEASE_RULES: Rule[] = [
  {
    name: 'package.json names the author',
    check: (copy) =>
      unless(
        copy.manifest().author?.name !== PLACEHOLDER.author,
        "Set 'author.name' in package.json to your name: it is a placeholder.",
      ),
    violations: {
      'the placeholder': (copy) =>
        copy.changeManifest(({ author }) => (author ? (author.name = PLACEHOLDER.author) : undefined)),
    },
  },
  {
    name: 'package.json has the email address of the author',
    check: (copy) =>
      unless(
        !PLACEHOLDER.email.test(copy.manifest().author?.email ?? ''),
        "Set 'author.email' in package.json to your address: it is a placeholder.",
      ),
    violations: {
      'the placeholder': (copy) =>
        copy.changeManifest(({ author }) => (author ? (author.email = 'a@b.example') : undefined)),
    },
  },
  {
    name: 'package.json names the repository',
    check: checkRepository,
    violations: {
      'the placeholder': (copy) =>
        copy.changeManifest((manifest) => {
          manifest.repository = { url: `git+https://github.com/${PLACEHOLDER.repository(manifest)}.git` };
        }),
      'another repository than the one of the run': (copy) => (copy.env.GITHUB_REPOSITORY = 'owner/other'),
    },
  },
  {
    name: 'The homepage and the address for bugs belong to the repository',
    check: (copy) => {
      const manifest = copy.manifest();
      const address = `https://github.com/${repositoryOf(manifest)}`;
      const { homepage, bugs } = manifest;
      return [
        ...unless(homepage === `${address}#readme`, `Set 'homepage' in package.json to ${address}#readme.`),
        ...unless(bugs?.url === `${address}/issues`, `Set 'bugs.url' in package.json to ${address}/issues.`),
      ];
    },
    violations: {
      'another homepage': (copy) => copy.changeManifest((manifest) => (manifest.homepage = 'https://a.test')),
    },
  },
  {
    name: "'Docs' in the panels of nodes and credentials leads to the homepage",
    check: (copy) => {
      const { homepage } = copy.manifest();
      const stale = LINKED_FILES.filter(
        (file) => withDocsLinks(copy.read(file), homepage) !== copy.read(file),
      );
      return stale.map(
        (file) => `Run 'npm run docs': ${file} does not lead to the homepage of package.json.`,
      );
    },
    violations: {
      'a link of an earlier homepage': (copy) =>
        copy.replace(LINKED_FILES[0] ?? '', /"url": "[^"]*"/, '"url": "https://a.test"'),
    },
  },
  {
    name: 'The changelog has a part for the version, with its date',
    check: async (copy) => {
      const { version } = copy.manifest();
      const release = (await readChangelog(copy)).findRelease(version);
      return unless(
        !!release?.date,
        `Run 'npm run release -- ${version}': CHANGELOG.md has no part with a date for version ${version}.`,
      );
    },
    violations: {
      'a version that is not in the changelog': (copy) =>
        copy.changeManifest((manifest) => (manifest.version = '9.9.9')),
    },
  },
  {
    name: 'The tag is that of the version',
    check: (copy) => {
      const { GITHUB_REF_TYPE: type, GITHUB_REF_NAME: name } = copy.env;
      const tag = `v${copy.manifest().version}`;
      return unless(type !== 'tag' || name === tag, `Push the tag ${tag}: the one of this run is ${name}.`);
    },
    violations: {
      'another tag': (copy) => {
        copy.env.GITHUB_REF_TYPE = 'tag';
        copy.env.GITHUB_REF_NAME = 'v0.0.0';
      },
    },
  },
  {
    name: 'The README says how to install it from npm',
    check: (copy) =>
      unless(
        copy.read('README.md').search(NOT_ON_NPM) < 0,
        "Change 'Install it in n8n' in README.md: it says that the package is not on npm.",
      ),
    violations: { 'the old text': (copy) => copy.append('README.md', '\nIt is not on npm yet.\n') },
  },
];

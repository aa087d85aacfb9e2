import { LINKED_FILES, withDocsLinks } from '../docsLinks';
import { repositoryOf } from '../manifest';
import { unless, type Rule } from '../rule';

const RUN_BY_INSTALL = [
  ...['preinstall', 'install', 'postinstall', 'prepublish'],
  ...['preprepare', 'prepare', 'postprepare', 'prepack', 'postpack'],
];
const FORBIDDEN = [
  ...['dependencies', 'optionalDependencies', 'bundledDependencies', 'bundleDependencies'],
  ...['overrides', 'resolutions'],
];

export const MANIFEST_RULES: Rule[] = [
  {
    name: 'package.json has a name, keyword, description and licence that n8n accepts',
    check: (copy) => {
      const { name, keywords, description, license } = copy.manifest();
      return [
        ...unless(/^n8n-nodes-[a-z-]+$/.test(name), `'${name}' is no name of a community package.`),
        ...unless(!!keywords?.includes('n8n-community-node-package'), "n8n's keyword is missing."),
        ...unless(!!description, 'The description is missing.'),
        ...unless(license === 'MIT', 'The licence is not MIT.'),
      ];
    },
    violations: {
      'another keyword': (copy) => copy.changeManifest((manifest) => (manifest.keywords = ['n8n'])),
      'another licence': (copy) => copy.changeManifest((manifest) => (manifest.license = 'ISC')),
    },
  },
  {
    name: 'package.json names an author with an email, a repository, a homepage and where to report bugs',
    check: (copy) => {
      const manifest = copy.manifest();
      const { author, homepage, bugs } = manifest;
      return [
        ...unless(!!author?.name, 'The name of the author is missing.'),
        ...unless(!!author?.email?.includes('@'), 'The email address of the author is missing.'),
        ...unless(!!repositoryOf(manifest), "The repository is not 'git+https://github.com/…/….git'."),
        ...unless(/^https:/.test(homepage ?? ''), 'The homepage is missing.'),
        ...unless(/^https:/.test(bugs?.url ?? ''), 'The address for bugs is missing.'),
      ];
    },
    violations: {
      'no email': (copy) => copy.changeManifest((manifest) => (manifest.author = { name: 'A' })),
      'no repository': (copy) => copy.changeManifest((manifest) => delete manifest.repository),
    },
  },
  {
    name: 'package.json names built nodes and credentials for n8n, and packs nothing else',
    check: (copy) => {
      const { n8n, files = [] } = copy.manifest();
      const named = [...(n8n?.nodes ?? []), ...(n8n?.credentials ?? [])];
      return [
        ...unless(n8n?.n8nNodesApiVersion === 1, 'n8nNodesApiVersion is not 1.'),
        ...unless(files.join() === 'dist,index.js', "'files' is not 'dist' and 'index.js'."),
        ...unless(named.length === 4, 'There are not two nodes and two credentials.'),
        ...named
          .filter((file) => !file.startsWith('dist/') || !copy.has(file))
          .map((file) => `${file} is not a built file.`),
      ];
    },
    violations: {
      'a node that is not built': (copy) =>
        copy.changeManifest(({ n8n }) => (n8n ? (n8n.nodes = ['dist/a.js', 'dist/b.js']) : undefined)),
      'a file that is packed': (copy) => copy.changeManifest(({ files }) => files?.push('test')),
    },
  },
  {
    name: 'package.json depends on n8n-workflow of any version, and on nothing else at run time',
    check: (copy) => {
      const manifest = copy.manifest();
      const peers = JSON.stringify(manifest.peerDependencies);
      return [
        ...unless(peers === '{"n8n-workflow":"*"}', `The peers are ${peers}.`),
        ...FORBIDDEN.filter((field) => field in manifest).map((field) => `There are ${field}.`),
      ];
    },
    violations: {
      'a dependency': (copy) =>
        copy.changeManifest((manifest) => (manifest.dependencies = { luxon: '3.7.2' })),
      'an override': (copy) => copy.changeManifest((manifest) => (manifest.overrides = { luxon: '3.7.2' })),
      'a version of n8n-workflow': (copy) =>
        copy.changeManifest((manifest) => (manifest.peerDependencies = { 'n8n-workflow': '^2' })),
    },
  },
  {
    name: 'package.json has no script that runs when the package is installed or packed',
    check: (copy) =>
      Object.keys(copy.manifest().scripts)
        .filter((name) => RUN_BY_INSTALL.includes(name))
        .map((name) => `There is a script '${name}'.`),
    violations: {
      'a script': (copy) => copy.changeManifest(({ scripts }) => (scripts.postinstall = 'true')),
    },
  },
  {
    name: 'Nothing but package.json names the repository',
    check: (copy) => {
      const repository = repositoryOf(copy.manifest());
      const texts = copy.files(/\.(md|ts|mjs|js|json|yml)$/).filter((file) => file !== 'package.json');
      return texts
        .filter((file) => repository && textBesideLinks(copy.read(file), file).includes(repository))
        .map((file) => `${file} names ${repository}.`);
    },
    violations: {
      'an address in the README': (copy) =>
        copy.append('README.md', `\nhttps://github.com/${repositoryOf(copy.manifest())}/issues\n`),
    },
  },
];

/** `npm run docs` writes the links of 'Docs' by the homepage, and a rule of a release checks them. */
function textBesideLinks(text: string, file: string): string {
  return LINKED_FILES.includes(file) ? withDocsLinks(text, 'https://docs.test') : text;
}

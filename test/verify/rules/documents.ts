import { brokenLink, readDocument } from '../markdown';
import type { Copy } from '../copy';
import { unless, type Rule } from '../rule';

const DOCUMENTS = /\.md$/;
const README_BYTES = 10_000;
/** Other files that name commands. */
const SCRIPTS = /^(\.ci\/run|\.github\/workflows\/.*\.yml)$/;
/** What n8n asks of a README: how to install, to sign in and to use it, examples, what it runs on, the licence. */
const README_PARTS: Record<string, RegExp> = {
  'how to install it': /^Install/,
  'the credentials': /^Credential/,
  'the operations': /^Operations$/,
  'how to use it': /^Start a Request$/,
  'what it runs on, or its limits': /^(Compatibility|Limits)$/,
  'the licence': /^License$/,
};

/** The commands that a text names, which are not there. */
function missingCommands(copy: Copy, file: string, text: string): string[] {
  const { scripts } = copy.manifest();
  const names = [
    ...[...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name),
    // A script by its bare name, such as test:wait.
    ...(text.match(/^test:[\w:]+$/) ?? []),
    ...(/\bnpm (test|t)\b/.test(text) ? ['test'] : []),
  ];
  const paths = [...text.matchAll(/\b(?:bash|node|node --import tsx) ((?:[\w.-]+\/)*[\w.-]+)/g)]
    .map(([, path = '']) => path)
    .filter((path) => path.includes('/'));
  return [
    ...names.filter((name) => !(name in scripts)).map((name) => `${file} names the script '${name}'.`),
    ...paths.filter((path) => !copy.has(path)).map((path) => `${file} runs ${path}.`),
  ];
}

export const DOCUMENT_RULES: Rule[] = [
  {
    name: 'The README has the parts that n8n asks for, an example workflow and a picture',
    check: (copy) => {
      const { headings, links } = readDocument(copy, 'README.md');
      return [
        ...Object.entries(README_PARTS).flatMap(([part, heading]) =>
          unless(
            headings.some((text) => heading.test(text)),
            `The README does not have ${part}.`,
          ),
        ),
        ...unless(
          links.some((link) => /^examples\/.*\.json$/.test(link)),
          'The README links to no example.',
        ),
        ...unless(
          links.some((link) => link.endsWith('.png')),
          'The README has no picture.',
        ),
      ];
    },
    violations: {
      'no part on the credentials': (copy) => copy.replace('README.md', /^## Credential$/m, '## Other'),
      'no example': (copy) => copy.replace('README.md', /\(examples\/[^)]*\)/g, '(docs)'),
    },
  },
  {
    name: 'The README has at most 10 kB',
    check: (copy) => {
      const bytes = Buffer.byteLength(copy.read('README.md'));
      return unless(bytes <= README_BYTES, `The README has ${bytes} bytes.`);
    },
    violations: {
      'a README that is too long': (copy) => copy.append('README.md', 'word '.repeat(README_BYTES / 5)),
    },
  },
  {
    name: 'Every link in the README and in the documents resolves inside the repository',
    check: (copy) =>
      copy
        .files(DOCUMENTS)
        .flatMap((file) => readDocument(copy, file).links.flatMap((link) => brokenLink(copy, file, link))),
    violations: {
      'a link to a file that is not there': (copy) => copy.append('README.md', '\n[a](docs/NONE.md)\n'),
      'a link to a heading that is not there': (copy) =>
        copy.append('docs/CALLBACK.md', '\n[a](../README.md#none)\n'),
      'a picture that is not there': (copy) => copy.append('README.md', '\n![a](docs/none.png)\n'),
    },
  },
  {
    name: 'Every command in the README, the documents and the workflows exists',
    check: (copy) => [
      ...copy
        .files(DOCUMENTS)
        .flatMap((file) =>
          readDocument(copy, file).code.flatMap((text) => missingCommands(copy, file, text)),
        ),
      ...copy.files(SCRIPTS).flatMap((file) => missingCommands(copy, file, copy.read(file))),
    ],
    violations: {
      'a script that is not there': (copy) => copy.append('README.md', '\nRun `npm run none`.\n'),
      'a script by its bare name': (copy) => copy.append('docs/CALLBACK.md', '\nRun `test:none`.\n'),
      'a file that is not there': (copy) => copy.append('.ci/run', '\nbash .ci/none\n'),
    },
  },
];

/** The files whose links n8n shows as 'Docs', in the panel of a node and of a credential. */
export const LINKED_FILES = [
  'nodes/ProcessMaker/ProcessMaker.node.json',
  'nodes/ProcessMaker/ProcessMakerTrigger.node.json',
  'credentials/ProcessMakerApi.credentials.ts',
  'credentials/ProcessMakerOAuth2Api.credentials.ts',
];

const LINK = /("url": "|documentationUrl = ')[^"'#]*(#[\w-]+)?/g;

/** Such a file with links to the README, by the homepage of package.json: the owner sets it there alone. */
export function withDocsLinks(text: string, homepage = ''): string {
  const page = homepage.replace(/#.*/, '');
  return text.replace(LINK, (_, before: string, part = '#readme') => `${before}${page}${String(part)}`);
}

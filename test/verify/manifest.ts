/** What the rules read of package.json. */
export interface Manifest {
  name: string;
  version: string;
  description?: string;
  keywords?: string[];
  license?: string;
  homepage?: string;
  author?: { name?: string; email?: string };
  repository?: { url?: string };
  bugs?: { url?: string };
  files?: string[];
  scripts: Record<string, string>;
  peerDependencies?: Record<string, string>;
  n8n?: { n8nNodesApiVersion?: number; nodes?: string[]; credentials?: string[] };
}

/** Owner and name of the repository on GitHub, as package.json has it. */
export function repositoryOf({ repository }: Manifest): string | undefined {
  return repository?.url?.match(/^git\+https:\/\/github\.com\/([^/]+\/[^/]+)\.git$/)?.[1];
}

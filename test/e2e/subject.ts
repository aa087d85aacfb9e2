import type { Credential, N8nClient } from '../../demo/n8nClient';
import type { ProcessMaker } from '../processmaker';
import type { CheckList } from './checkList';
import type { Editor } from './editor';

/** What the checks look at. */
export interface Subject {
  checks: CheckList;
  editor: Editor;
  client: N8nClient;
  n8n: { url: string };
  processMaker: ProcessMaker;
  /** That of ProcessMaker. */
  clock: { behindMs: number };
  credential: Credential;
}

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

// n8n-core reads its settings when it is loaded, so this module has to be imported before it. It keeps a settings
// file: one for each Jest worker, so that none reads what another is just writing.
const folder = resolve(
  __dirname,
  '../../node_modules/.cache/n8n-engine',
  process.env.JEST_WORKER_ID ?? 'main',
);
mkdirSync(folder, { recursive: true });
process.env.N8N_USER_FOLDER = folder;
process.env.N8N_ENCRYPTION_KEY = 'engine-tests';
// Nodes that fail are what many tests are about; n8n would print each of them.
process.env.N8N_LOG_LEVEL = 'silent';
// Older n8n warn of a settings file that others may read.
process.env.N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS = 'true';

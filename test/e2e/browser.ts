import { existsSync } from 'node:fs';
import { chromium, selectors, type Browser } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where this machine has a Chromium; playwright-core brings none. */
export function findChromium(): string {
  const found = PLACES.find((place) => place && existsSync(place));
  if (found) return found;
  throw new Error(
    "No Chromium was found. Install one (Debian: 'apt install chromium') or name its program in the variable CHROMIUM.",
  );
}

/** Starts Chromium without a window. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // The attribute by which n8n's editor marks its elements.
  selectors.setTestIdAttribute('data-test-id');
  return chromium.launch({ executablePath, args: FLAGS });
}

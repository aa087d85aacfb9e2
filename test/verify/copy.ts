import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';

import { packPackage } from '../../demo/package';
import { root } from '../../demo/paths';
import type { Manifest } from './manifest';

/** The npm package of a copy. */
export interface Packed {
  tarball: string;
  /** Where it is unpacked. */
  folder: string;
}

/** A copy of the checkout in a folder of its own: what git would commit, and `dist`. */
export class Copy {
  private packing?: Promise<Packed>;

  /** `env` is the environment in which a release is checked. */
  constructor(
    readonly folder: string,
    readonly signal: AbortSignal,
    readonly env: NodeJS.ProcessEnv,
  ) {
    for (const file of [...committed(), 'dist']) {
      fs.cpSync(path.join(root, file), path.join(folder, 'checkout', file), { recursive: true });
    }
  }

  /** The path of a file of the checkout. */
  path(file = ''): string {
    return path.join(this.folder, 'checkout', file);
  }

  has(file: string): boolean {
    return fs.existsSync(this.path(file));
  }

  read(file: string): string {
    return fs.readFileSync(this.path(file), 'utf8');
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(this.path(file)), { recursive: true });
    fs.writeFileSync(this.path(file), text);
  }

  append(file: string, text: string): void {
    fs.appendFileSync(this.path(file), text);
  }

  remove(file: string): void {
    fs.rmSync(this.path(file));
  }

  /** Gives a folder another name. */
  rename(before: string, after: string): void {
    fs.renameSync(this.path(before), this.path(after));
  }

  /** Replaces a text that must be there. */
  replace(file: string, before: string | RegExp, after: string): void {
    const text = this.read(file);
    const changed = text.replace(before, after);
    if (changed === text) throw new Error(`${file} does not have ${String(before)}.`);
    this.write(file, changed);
  }

  manifest(): Manifest {
    return JSON.parse(this.read('package.json')) as Manifest;
  }

  /** Changes package.json. */
  changeManifest(change: (manifest: Record<string, unknown> & Manifest) => void): void {
    const manifest = JSON.parse(this.read('package.json')) as Record<string, unknown> & Manifest;
    change(manifest);
    this.write('package.json', JSON.stringify(manifest, null, 2));
  }

  /** The files of the checkout that a pattern matches, `dist` apart. */
  files(pattern: RegExp): string[] {
    return filesBelow(this.path()).filter((file) => !file.startsWith('dist/') && pattern.test(file));
  }

  /** Packs the copy, once, as it would be published. */
  packed(): Promise<Packed> {
    return (this.packing ??= this.pack());
  }

  private async pack(): Promise<Packed> {
    const [tarballs, folder] = ['tarball', 'package'].map((name) => path.join(this.folder, name));
    if (!tarballs || !folder) throw new Error('A path is missing.');
    fs.mkdirSync(tarballs);
    fs.mkdirSync(folder);
    const tarball = await packPackage(tarballs, this.signal, this.path());
    execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
    return { tarball, folder };
  }
}

/** The files below a folder, by their paths in it. */
export function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/** What git would commit now, and is there. */
function committed(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  return files.filter((file) => file !== '' && fs.existsSync(path.join(root, file)));
}

/** What is installed: by hash, from wherever npm is told to, and without running anything. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly inBundle?: boolean;
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
const lock = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const manifest = read('package.json') as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.split('node_modules/').at(-1);

describe('package-lock.json', () => {
  it('holds a hash of each package, and no registry’s address', () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(
      locked.filter(([, { integrity = '', inBundle }]) => !inBundle && !integrity.startsWith('sha512-')),
    ).toEqual([]);
  });

  it('has install scripts in no package but those that package.json forbids to run', () => {
    const scripted = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));
    const forbidden = Object.entries(manifest['allowScripts'] ?? {}).filter(
      ([, allowed]) => allowed === false,
    );
    const names = forbidden.map(([name]) => name);
    // one that is for another system only is never installed on ours
    expect(scripted.filter((name) => name !== 'fsevents' && !names.includes(name ?? ''))).toEqual([]);
  });
});

describe('package.json', () => {
  it('names one version of each dependency', () => {
    const versions = { ...manifest['dependencies'], ...manifest['devDependencies'] };
    expect(
      Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version))),
    ).toEqual([]);
  });
});

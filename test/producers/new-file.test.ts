import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNewFile, FileExists } from '../../src/producers/new-file.ts';

/** An empty folder, a path in it, and what the folder holds. */
function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-new-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { path: join(folder, 'f.csv'), names: () => readdirSync(folder) };
}

describe('createNewFile', () => {
  it('has its name only once it is whole', async () => {
    const { path, names } = setup();
    const file = await createNewFile(path, '1');
    await file.write('a\n');
    expect(names()).toEqual(['f.csv.1.part']);
    await file.write('ü\n');
    await file.keep();
    await file.drop();
    expect(names()).toEqual(['f.csv']);
    expect(readFileSync(path, 'utf8')).toBe('a\nü\n');
  });

  it('leaves nothing of what is dropped', async () => {
    const { path, names } = setup();
    const file = await createNewFile(path, '1');
    await file.write('a\n');
    await file.drop();
    await file.drop();
    expect(names()).toEqual([]);
  });

  it('is refused where there is one, and where one comes up meanwhile', async () => {
    const { path, names } = setup();
    const file = await createNewFile(path, '1');
    writeFileSync(path, 'mine');
    await expect(createNewFile(path, '2')).rejects.toThrow(FileExists);
    await expect(file.keep()).rejects.toThrow(FileExists);
    expect(names()).toEqual(['f.csv']);
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });
});

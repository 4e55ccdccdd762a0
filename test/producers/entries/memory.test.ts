import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const reader = fileURLToPath(new URL('reader.ts', import.meta.url));
const id = '4f1c2d3e5a6b7c8d9e0f1a2b3c4d5e6f';

async function memory(format: string, line: string, megabytes: number) {
  const argv = ['--import', import.meta.resolve('tsx'), reader, format, line, String(megabytes)];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  return JSON.parse(stdout) as { entries: number; grown: number };
}

describe('readEntries', () => {
  it.each([
    ['text', `${id}\n`, 300],
    ['csv', `${id},t\n`, 20],
    ['ndjson', `"${id}"\n`, 100],
  ])(
    'holds no more of %s the longer it is',
    async (format, line, megabytes) => {
      const { entries, grown } = await memory(format, line, megabytes);
      expect(entries).toBeGreaterThan(((megabytes * 2 ** 20) / line.length) * 0.999);
      expect(grown).toBeLessThan(64);
    },
    60_000,
  );

  it.each(['text', 'csv', 'ndjson'])(
    'holds nothing of a line of a gigabyte in %s but its beginning',
    async (format) => {
      const { entries, grown } = await memory(format, 'x'.repeat(1_024), 1_024);
      expect(entries).toBe(1);
      expect(grown).toBeLessThan(64);
    },
    60_000,
  );
});

/**
 * No output of the whole run holds a secret: at the end of each file, all that it logged, and all that the programs
 * which it started wrote, is searched for every credential and key that tests use (`test/secrets/secrets.ts`).
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type * as processes from 'node:child_process';
import type { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import { hear, takeLeaks } from '../secrets/heard.ts';

const once = Symbol.for('expunge.test.spawn-is-heard');
const node = createRequire(import.meta.url)('node:child_process') as typeof processes & { [once]?: true };

function listen(stream: Readable | null, from: 'log' | 'stdout'): void {
  let rest = '';
  // beside whoever reads it: a listener for data would set a stream flowing before its reader is there
  const push = stream?.push.bind(stream);
  if (!stream || !push) return;
  stream.push = (chunk: Buffer | string | null, encoding?: BufferEncoding) => {
    const lines = (rest + (chunk?.toString() ?? '\n')).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) hear(lines.join('\n'), from);
    return push(chunk, encoding);
  };
}

if (!node[once]) {
  node[once] = true;
  const { spawn } = node;
  node.spawn = ((...given: Parameters<typeof spawn>) => {
    const child = spawn(...given);
    listen(child.stdout, 'stdout');
    listen(child.stderr, 'log');
    return child;
  }) as typeof spawn;
  syncBuiltinESMExports();
}

afterAll(() => {
  const leaks = takeLeaks();
  if (leaks.length > 0) throw new Error(`secrets were printed:\n${leaks.join('\n')}`);
});

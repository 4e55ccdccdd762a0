import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accounts, video } from '../cli/world.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The program as it is typed, in a folder of its own; `onText` sees all that it has written so far. */
function program() {
  const cwd = mkdtempSync(join(tmpdir(), 'expunge-main-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, 'expunge.yaml'), JSON.stringify({ accounts: accounts() }));
  return (argv: readonly string[], onText: (text: string, interrupt: () => void) => void = () => undefined) =>
    new Promise<{ exit: number | null; text: string }>((resolve) => {
      const tsx = import.meta.resolve('tsx');
      const child = spawn(process.execPath, ['--import', tsx, main, ...argv], { cwd });
      let text = '';
      const take = (part: Buffer) => onText((text += part.toString()), () => child.kill('SIGINT'));
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.on('close', (exit) => resolve({ exit, text }));
    });
}

describe('expunge', () => {
  it('keeps what was enqueued when --wait is interrupted, and ends with 1; lookup finds it afterwards', async () => {
    const run = program();
    let interrupted = false;
    const waited = await run(['enqueue', 'media-prod', video, 'kept', '--wait'], (text, interrupt) => {
      if (interrupted || !text.includes('Nothing is sent now')) return;
      interrupted = true;
      interrupt();
    });
    expect(waited.text).toContain('1 target still open: the work goes on without this command.');
    expect(waited.exit).toBe(1);
    const found = await run(['lookup', 'kept', '--json']);
    expect(found.exit).toBe(0);
    expect(JSON.parse(found.text)).toMatchObject({ id: 'kept', targets: [{ state: 'waiting' }] });
  });
});

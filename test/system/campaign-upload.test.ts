import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accounts, video } from '../accounts.ts';

/** UPLOAD_IDS=1000000 for the whole of it. */
const lines = Number(process.env['UPLOAD_IDS'] ?? 200_000);
const badEach = 1_000;
const part = 1_000;
/** MB: a list of 200,000 ids alone would be 6, and four times that as entries. */
const mostGrowth = 8;
const mostResident = 384;

interface Memory {
  readonly rss: number;
  readonly held: number;
}

async function server() {
  const cwd = mkdtempSync(join(tmpdir(), 'expunge-upload-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, 'expunge.yaml'), JSON.stringify({ accounts: accounts(), api: { port: 0 } }));
  const script = fileURLToPath(new URL('upload-server.ts', import.meta.url));
  const child = fork(script, [cwd], { execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const gone = new AbortController();
  child.once('exit', () => gone.abort());
  const told = async <T>() => ((await once(child, 'message', gone)) as [T])[0];
  const { port } = await told<{ port: number }>();
  const memory = async (): Promise<Memory> => {
    child.send('look');
    const { rss, held } = await told<Memory>();
    return { rss: rss / 2 ** 20, held: held / 2 ** 20 };
  };
  return { url: `http://127.0.0.1:${port}`, memory };
}

describe('POST /v1/campaigns', () => {
  it(`plans ${lines} ids of a stream in constant memory, and reports its bad lines`, async () => {
    const { url, memory } = await server();
    const samples: Memory[] = [];
    async function* list() {
      for (let at = 0; at < lines; at += part) {
        const text = Array.from({ length: part }, (_, i) =>
          (at + i) % badEach === badEach - 1
            ? 'no id'
            : `4f1c2d3e5a6b7c8d9e0f${(at + i).toString(16).padStart(12, '0')}`,
        );
        yield Buffer.from(`${text.join('\n')}\n`);
        if ((at / part) % 10 === 9) samples.push(await memory());
      }
    }
    const query = new URLSearchParams({ name: 'million', account: 'media-prod', operation: video });
    const began = performance.now();
    const answer = await fetch(`${url}/v1/campaigns?${query.toString()}`, {
      ...{ method: 'POST', headers: { 'content-type': 'text/plain' }, duplex: 'half' },
      body: ReadableStream.from(list()),
    });
    const plan = (await answer.json()) as Record<string, unknown>;
    const bad = lines / badEach;
    expect(answer.status).toBe(201);
    expect(plan).toMatchObject({ valid: lines - bad, invalid: bad, invalidListed: Math.min(bad, 1_000) });
    expect(plan['invalidLines']).toHaveLength(Math.min(bad, 1_000));
    const seconds = (performance.now() - began) / 1_000;
    const most = (of: keyof Memory, quarter: number) =>
      Math.max(
        ...samples
          .slice(Math.floor((quarter * samples.length) / 4), Math.ceil(((quarter + 1) * samples.length) / 4))
          .map((each) => each[of]),
      );
    const told = (of: keyof Memory) =>
      [0, 1, 2, 3].map((quarter) => Math.round(most(of, quarter))).join(', ');
    console.log(
      `${lines} ids in ${seconds.toFixed(1)} s; MB by quarter: held ${told('held')}; resident ${told('rss')}`,
    );
    expect(most('held', 3) - most('held', 0)).toBeLessThan(mostGrowth);
    expect(most('rss', 3)).toBeLessThan(mostResident);
  });
});

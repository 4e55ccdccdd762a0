/** All that a client needs: an emulator, and `expunge serve` before it, in a process that ends with its parent. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { World } from '../system/world.ts';

export const apiKey = `expunge_${'test'.repeat(10)}key`;
/** Of another person, who may approve. */
export const approverKey = `expunge_${'boss'.repeat(10)}key`;
export const operation = 'alibaba.vod.delete-video';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const scopes = ['enqueue', 'read', 'operate', 'campaign'];

export interface Service {
  readonly world: World;
  /** Of the API. */
  readonly url: string;
  readonly config: string;
  /** Ids that the emulator has deleted, in the order of their calls. */
  deleted(): readonly string[];
  close(): Promise<void>;
}

export async function startService(redisUrl: string): Promise<Service> {
  const keyOf = (name: string, key: string, scopes: readonly string[]) => {
    return { name, sha256: createHash('sha256').update(key).digest('hex'), scopes };
  };
  const keys = [keyOf('shop', apiKey, scopes), keyOf('boss', approverKey, ['approve'])];
  const world = await World.open({
    redisUrl,
    accounts: { 'media-prod': { [operation]: { cap: 30 } } },
    settings: { api: { port: 0, keys }, metrics: { port: 0 }, approval: { above: 20 } },
  });
  const config = `${world.dir}/expunge.json`;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/main.ts', 'serve', '--json', '--config', config],
    { cwd: repository, env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  let said = '';
  child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
  if (!child.stdout) throw new Error('its output is not piped');
  const ended = once(child, 'exit');
  const started = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
  const line = await Promise.race([started, ended.then(() => '')]);
  if (!line.includes('"started":true')) throw new Error(`the server did not start: ${said}`);
  const { api } = JSON.parse(line) as { api: number };
  return {
    ...{ world, config, url: `http://127.0.0.1:${api}` },
    deleted: () => world.emulator.calls().flatMap((call) => call.deleted),
    async close() {
      child.kill('SIGTERM');
      await ended;
      await world.close();
    },
  };
}

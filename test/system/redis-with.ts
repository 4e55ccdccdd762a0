/** A Redis program with settings of the test's own: users, certificates. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath } from '../../src/redis-server/run.ts';
import { unpackRedis } from '../../src/redis-server/unpack.ts';
import { until } from './judge.ts';
import { freePort } from '../setup/free-port.ts';

export interface RedisWith {
  readonly port: number;
  stop(): Promise<void>;
}

/** `settings` gets the port that is to be listened on; rejects with what the program printed if it ends at its start. */
export async function redisWith(settings: (port: number) => readonly string[]): Promise<RedisWith> {
  const binary = await program();
  const dir = await mkdtemp(join(tmpdir(), 'expunge-redis-'));
  const port = await freePort();
  const args = ['--bind', '127.0.0.1', '--save', '', '--dir', dir, '--maxmemory-policy', 'noeviction'];
  const child = spawn(binary, [...args, ...settings(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const stop = async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    await rm(dir, { recursive: true });
  };
  try {
    await until('the start of Redis', () => {
      if (child.exitCode !== null) throw new Error(printed);
      return printed.includes('Ready to accept connections');
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

async function program(): Promise<string> {
  const binary = await onPath(['redis-server', 'valkey-server'], process.env);
  if (binary !== undefined) return binary;
  const unpacked = await unpackRedis('.cache', process.env);
  if ('problem' in unpacked) throw new Error(unpacked.problem);
  return unpacked.binary;
}

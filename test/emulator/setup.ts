import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { EmulatorAccount } from '../../src/emulator/account.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { acs3, type RawReply, type RawRequest, sdkHmac, send, type Signing } from './client.ts';

export const alibaba: EmulatorAccount = {
  name: 'media-prod',
  provider: 'alibaba',
  accessKeyId: 'ak-1',
  secret: 'sk-1',
  caps: {},
};

export const huawei: EmulatorAccount = {
  name: 'huawei-prod',
  provider: 'huawei',
  accessKeyId: 'hw-1',
  secret: 'hs-1',
  projectId: 'project-1',
  token: 'iam-token',
  caps: {},
};

export type Answer = RawReply & { readonly json: Record<string, unknown> };

/** The test's first line: an emulator of its own, gone with the test, and ways to call it. */
export async function setup(options: Partial<EmulatorOptions> = {}) {
  const emulator = await startEmulator({ accounts: [alibaba, huawei], clock: systemClock, ...options });
  onTestFinished(() => emulator.close());
  const raw = async (request: RawRequest): Promise<Answer> => read(await send(emulator.port, request));
  return {
    emulator,
    raw,
    v3: (action: string, parameters: Record<string, string>, signing?: Signing) =>
      raw(acs3(action, parameters, signing)),
    thumbnails: (parameters: Record<string, string | string[]>, signing?: Signing) =>
      raw(sdkHmac('DELETE', parameters, signing)),
    last: () => emulator.calls().at(-1)!,
    deleted: () => deletedBy(emulator),
    admin: (method: string, path: string, body?: unknown) => admin(emulator, method, path, body),
  };
}

const read = (reply: RawReply): Answer => ({
  ...reply,
  json: (reply.body.startsWith('{') && reply.lacking === 0 ? tolerant(reply.body) : {}) as Answer['json'],
});

function tolerant(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const deletedBy = (emulator: Emulator): string[] => emulator.calls().flatMap(({ deleted }) => deleted);

export async function admin({ url }: Emulator, method: string, path: string, body?: unknown) {
  const response = await fetch(`${url}/_emulator/${path}`, {
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Lines of the calls stream. */
export const ndjson = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** A clock whose monotonic time stands still until it is told otherwise. */
export function standingClock() {
  const clock = { ...systemClock, time: 0, monotonic: () => clock.time };
  return clock;
}

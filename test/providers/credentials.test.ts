import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CredentialError, credentialSource, type CredentialConfig } from '../../src/providers/credentials.ts';
import { handClock } from './world.ts';

const folders: string[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function files(contents: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  return (name: string) => join(folder, name);
}

const source = (config: CredentialConfig, clock = handClock()) => credentialSource(config, { clock });

const messageOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(CredentialError);
    return (error as Error).message;
  }
  throw new Error('it did not fail');
};

describe('credentialSource', () => {
  it('gives what is written in the configuration', async () => {
    expect(await source({ accessKeyId: 'LTAI', accessKeySecret: 's' }).current()).toEqual({
      provider: 'alibaba',
      accessKeyId: 'LTAI',
      accessKeySecret: 's',
    });
    expect(
      await source({ accessKeyId: 'STS.x', accessKeySecret: 's', securityToken: 'a+/=' }).current(),
    ).toEqual({
      provider: 'alibaba',
      accessKeyId: 'STS.x',
      accessKeySecret: 's',
      securityToken: 'a+/=',
    });
    expect(await source({ accessKey: 'AK', secretKey: 'SK', securityToken: 't' }).current()).toEqual({
      provider: 'huawei',
      accessKey: 'AK',
      secretKey: 'SK',
      securityToken: 't',
    });
    expect(await source({ token: 'MIIF' }).current()).toEqual({ provider: 'huawei', token: 'MIIF' });
  });

  it('reads files, without the newline at their end', async () => {
    const path = await files({ id: 'LTAI\n', secret: 's\r\n', token: 'MIIF' });
    expect(
      await source({ accessKeyIdFile: path('id'), accessKeySecretFile: path('secret') }).current(),
    ).toEqual({
      provider: 'alibaba',
      accessKeyId: 'LTAI',
      accessKeySecret: 's',
    });
    expect(await source({ tokenFile: path('token') }).current()).toMatchObject({ token: 'MIIF' });
  });

  it('reads a file again when it has changed, and looks no more than once a second', async () => {
    const path = await files({ token: 'one' });
    const clock = handClock();
    const { current } = source({ tokenFile: path('token') }, clock);
    const token = async () => ((await current()) as { token: string }).token;
    expect(await token()).toBe('one');
    await writeFile(path('next'), 'second');
    await rename(path('next'), path('token'));
    clock.advance(999);
    expect(await token()).toBe('one');
    clock.advance(1);
    expect(await token()).toBe('second');
  });

  it('keeps the last good content while a file is away or empty', async () => {
    const path = await files({ token: 'one' });
    const clock = handClock();
    const { current } = source({ tokenFile: path('token') }, clock);
    await current();
    await unlink(path('token'));
    clock.advance(1000);
    expect(await current()).toMatchObject({ token: 'one' });
    await writeFile(path('token'), '');
    clock.advance(1000);
    expect(await current()).toMatchObject({ token: 'one' });
    await writeFile(path('token'), 'two');
    clock.advance(1000);
    expect(await current()).toMatchObject({ token: 'two' });
  });

  it('says what is wrong, and repeats no secret', async () => {
    const path = await files({ two: 'hidden1\nhidden2\n', empty: '\n' });
    expect(await messageOf(() => source({ tokenFile: path('none') }).current())).toBe(
      `tokenFile: ${path('none')} can't be read (ENOENT)`,
    );
    expect(await messageOf(() => source({ tokenFile: path('empty') }).current())).toBe('tokenFile is empty');
    expect(await messageOf(() => source({ tokenFile: path('two') }).current())).not.toContain('hidden');
    expect(await messageOf(() => source({ token: 'hidden\r\nx: y' }))).not.toContain('hidden');
    expect(await messageOf(() => source({ accessKeyId: 'hidden' }))).toContain('accessKeySecret');
    expect(await messageOf(() => source({ accessKeyId: 'hidden' }))).not.toContain('hidden');
    expect(await messageOf(() => source({ token: 'hidden', tokenFile: path('two') }))).toBe(
      'token and tokenFile are both given: leave one out',
    );
    expect(await messageOf(() => source({}))).toContain('credentials need');
  });

  it("asks Alibaba's default chain, which begins with the environment", async () => {
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', 'LTAIenv');
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'senv');
    vi.stubEnv('ALIBABA_CLOUD_SECURITY_TOKEN', '');
    expect(await source({ chain: 'default' }).current()).toEqual({
      provider: 'alibaba',
      accessKeyId: 'LTAIenv',
      accessKeySecret: 'senv',
    });
  });
});

/** docker-compose.yml, as far as it can be judged without docker; CI has docker-compose read it with every profile. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docker-compose.yml', root), 'utf8');
const { services, volumes } = parse(text, { merge: true }) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, unknown>>;
};
const all = Object.entries(services);
const plain = (value: string) => value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');

describe('docker-compose.yml', () => {
  it('starts redis, worker and API by itself, and the rest by its profile', () => {
    const started = all.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(started.sort()).toEqual(['api', 'redis', 'worker']);
    expect(services['emulator']?.profiles).toEqual(['emulator', 'demo']);
    expect([services['prometheus'], services['grafana']].map((each) => each?.profiles)).toEqual([
      ['monitoring'],
      ['monitoring'],
    ]);
  });

  it('names one version of each image', () => {
    expect(all.filter(([, { image }]) => !/^[\w/]+:v?\d+\.\d+(\.\d+)?(-alpine)?$/.test(image))).toEqual([]);
  });

  it('is reached from this machine only', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(4);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('leaves the worker without a port of the host, so that there may be several', () => {
    expect(services['worker']?.ports).toBeUndefined();
  });

  it('has every service tell whether it is well, but those that end by themselves', () => {
    const silent = all.filter(([, { healthcheck }]) => !healthcheck?.test).map(([name]) => name);
    expect(silent.sort()).toEqual(['cli', 'demo']);
  });

  it('waits for what is well, and is there whenever it is waited for', () => {
    for (const [, { profiles, depends_on: needs = {} }] of all)
      for (const [name, { condition }] of Object.entries(needs)) {
        expect(condition).toBe('service_healthy');
        const theirs = services[name]?.profiles;
        if (theirs) expect(theirs).toEqual(expect.arrayContaining([...(profiles ?? ['no profile at all'])]));
      }
  });

  it('holds no secret but those that say so', () => {
    const secrets = all.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([name]) => /SECRET|PASSWORD|TOKEN|API_KEY$/.test(name)),
    );
    expect(secrets.length).toBeGreaterThan(3);
    expect(secrets.filter(([, value]) => plain(value) !== 'not-a-secret')).toEqual([]);
  });

  it('mounts what exists, and declares its volumes', () => {
    const sources = all.flatMap(([, { volumes: mounted = [] }]) =>
      mounted.map((each) => plain(each).split(':')[0]!),
    );
    const files = sources.filter((source) => source.startsWith('.'));
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
    const named = new Set(sources.filter((source) => !source.startsWith('.')));
    expect([...named].sort()).toEqual(Object.keys(volumes).sort());
  });

  it('has each of its variables in .env.example, with the same value', () => {
    const example = readFileSync(new URL('.env.example', root), 'utf8');
    const told = new Map(
      [...example.matchAll(/^#?([A-Z_0-9]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const used = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);
    const different = ['DATABASE_URL', 'EXPUNGE_FILE'];
    const own = used.filter(([name = '']) => !different.includes(name));
    expect(own.filter(([name = '', value]) => told.get(name) !== value)).toEqual([]);
    const names = used.map(([name]) => name);
    expect([...told.keys()].filter((name) => name !== 'COMPOSE_PROFILES' && !names.includes(name))).toEqual(
      [],
    );
  });
});

import { type Launch, settings } from './private.ts';
import { type Environment, onPath, run } from './run.ts';

const image = 'redis:7.2.7-alpine';

/**
 * Prepares to start Redis in a container, if a docker engine answers; fetches the image where it is missing
 * (at most two minutes). The data directory has the same path inside as outside, so that a server tells by
 * CONFIG GET dir whose it is, and its files belong to the user who started it.
 */
export async function containerLauncher(env: Environment): Promise<Launch | { readonly problem: string }> {
  const docker = await onPath(['docker'], env);
  if (docker === undefined) return { problem: 'docker is not on PATH' };
  const engine = await run(docker, ['info', '--format', '{{.ServerVersion}}'], { env, ms: 5_000 });
  if ('problem' in engine) return { problem: `no engine answers (${engine.problem})` };
  if ('problem' in (await run(docker, ['image', 'inspect', image], { env, ms: 5_000 }))) {
    const pulled = await run(docker, ['pull', '--quiet', image], { env, ms: 120_000 });
    if ('problem' in pulled) return pulled;
  }
  return async (port, dir) => {
    // prettier-ignore
    const started = await run(docker, [
      'run', '--detach', '--rm', '--publish', `127.0.0.1:${port}:${port}`, '--volume', `${dir}:${dir}`,
      ...(process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : []),
      image, 'redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', ...settings(port, dir),
    ], { env, ms: 20_000 });
    if ('problem' in started) return started;
    const id = started.out.trim();
    return {
      gone: () => false,
      async stop() {
        await run(docker, ['stop', id], { env, ms: 20_000 });
      },
    };
  };
}

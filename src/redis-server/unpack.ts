import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, onPath, run } from './run.ts';

/**
 * apt with its state in a folder of our own: the machine's lists, caches and locks are neither read nor
 * written, its hooks don't run, and no root is needed. Its sources, keys and proxies are read, and so is the
 * record of what is installed, so that only what is missing is fetched.
 */
const aptConfiguration = (root: string) => `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::CNF;
Dir::State "${root}/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${root}/cache";
Dir::Log "${root}";
Debug::NoLocking "true";
APT::Sandbox::User "";
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "10";
Acquire::https::Timeout "10";
`;

/** Finds the libraries beside itself, so that the folder may be moved. */
const wrapper = (libraries: string) => `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
LD_LIBRARY_PATH="$here/${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export LD_LIBRARY_PATH
exec "$here/usr/bin/redis-server" "$@"
`;

/** Fills `root`, which exists and is empty, with a program `redis-server` and what it needs to run. */
async function unpackInto(
  root: string,
  apt: string,
  dpkg: string,
  env: Environment,
): Promise<{ readonly problem: string } | undefined> {
  const work = join(root, 'apt');
  await mkdir(join(work, 'state/lists/partial'), { recursive: true });
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true });
  const configuration = join(work, 'apt.conf');
  await writeFile(configuration, aptConfiguration(work));

  const options = { env, ms: 60_000, cwd: work };
  // one source that can't be reached must not matter; whether redis-tools is known afterwards does
  const updated = await run(apt, ['-c', configuration, '-q', 'update'], options);
  const fetch = ['install', '--download-only', '--reinstall', '--yes', 'redis-tools'];
  const fetched = await run(apt, ['-c', configuration, '-q', ...fetch], options);
  if ('problem' in fetched) return 'problem' in updated ? updated : fetched;
  const archives = join(work, 'cache/archives');
  for (const name of (await readdir(archives)).filter((file) => file.endsWith('.deb'))) {
    const unpacked = await run(dpkg, ['-x', join(archives, name), root], options);
    if ('problem' in unpacked) return unpacked;
  }

  // Debian's redis-check-rdb is the server: one program, which looks at the name it was called by
  await symlink('redis-check-rdb', join(root, 'usr/bin/redis-server'));
  const folders = await readdir(join(root, 'usr/lib')).catch(() => []);
  const triplet = folders.find((folder) => folder.includes('-linux-'));
  await writeFile(
    join(root, 'redis-server'),
    wrapper(triplet === undefined ? 'usr/lib' : `usr/lib/${triplet}`),
  );
  await chmod(join(root, 'redis-server'), 0o755);
  await rm(work, { recursive: true });
  return undefined;
}

/**
 * A redis-server below `cacheDir`, unpacked from the packages of Debian or a distribution like it; about three
 * seconds and 7 MB the first time, at most two minutes, nothing after that. Processes that do this at once don't
 * disturb each other: each unpacks apart and the first to rename its folder into place wins.
 */
export async function unpackRedis(
  cacheDir: string,
  env: Environment,
): Promise<{ readonly binary: string } | { readonly problem: string }> {
  const home = resolve(cacheDir, `redis-${process.arch}`);
  const binary = join(home, 'redis-server');
  const works = async (program: string) => 'out' in (await run(program, ['--version'], { env, ms: 5_000 }));
  if (await works(binary)) return { binary };

  const apt = await onPath(['apt-get'], env);
  const dpkg = await onPath(['dpkg-deb'], env);
  if (apt === undefined || dpkg === undefined) return { problem: 'this is not a Debian: no apt-get' };
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(join(resolve(cacheDir), 'unpacking-'));
  try {
    const failed = await unpackInto(draft, apt, dpkg, env);
    if (failed) return failed;
    const unpacked = await run(join(draft, 'redis-server'), ['--version'], { env, ms: 5_000 });
    if ('problem' in unpacked) return unpacked;
    if (!(await works(binary))) {
      // what is there was unpacked on another system, or not at all
      await rename(home, join(draft, 'former')).catch(() => undefined);
      await rename(draft, home).catch(() => undefined);
    }
    return (await works(binary)) ? { binary } : { problem: `${binary} does not run` };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

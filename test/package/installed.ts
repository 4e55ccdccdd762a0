/**
 * The package as its users have it: packed by npm, installed by npm into a project of its own. Without a registry the
 * tarball is unpacked there instead and finds its dependencies (those that it names, no others) in the repository's.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A program that ended, however it did. */
export async function run(
  program: string,
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  const options = { cwd, env: { PATH, HOME, ...env }, timeout: 180_000, maxBuffer: 16_000_000 };
  try {
    const { stdout, stderr } = await execute(program, argv, options);
    return { exit: 0, out: stdout, err: stderr };
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
      message,
    } = error as { code?: unknown; message: string } & Partial<Record<'stdout' | 'stderr', string>>;
    return { exit: typeof code === 'number' ? code : -1, out: stdout, err: stderr || message };
  }
}

async function must(program: string, argv: readonly string[], cwd: string): Promise<string> {
  const { exit, out, err } = await run(program, argv, cwd);
  if (exit !== 0) throw new Error(`${program} ${argv.join(' ')}: exit ${exit}\n${out}\n${err}`);
  return out;
}

export interface Installed {
  /** A project whose `node_modules` holds the package and its dependencies. */
  readonly project: string;
  /** One whose `node_modules` holds the package alone. */
  readonly bare: string;
  readonly tarball: string;
  remove(): Promise<void>;
}

export async function packAndInstall(): Promise<Installed> {
  const home = await mkdtemp(join(tmpdir(), 'expunge-package-'));
  const packed = await must(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', home],
    await built(join(home, 'built')),
  );
  const [, name] = /"filename":\s*"([^"]+)"/.exec(packed) ?? [];
  if (name === undefined) throw new Error(`npm pack named no file:\n${packed}`);
  const tarball = join(home, name);
  const project = await emptyProject(join(home, 'project'));
  const bare = await emptyProject(join(home, 'bare'));
  await unpack(tarball, bare);
  await install(tarball, project);
  return { project, bare, tarball, remove: () => rm(home, { recursive: true }) };
}

/** What `npm run build` makes, in a folder of its own: whoever builds the repository meanwhile is not disturbed. */
async function built(folder: string): Promise<string> {
  await mkdir(folder);
  const beside = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'docs', 'examples'];
  for (const name of beside) await cp(join(repository, name), join(folder, name), { recursive: true });
  const tsc = join(repository, 'node_modules/.bin/tsc');
  await must(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')], repository);
  return folder;
}

async function emptyProject(folder: string): Promise<string> {
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  return folder;
}

async function unpack(tarball: string, project: string): Promise<void> {
  const folder = join(project, 'node_modules/expunge');
  await mkdir(folder, { recursive: true });
  await must('tar', ['xzf', tarball, '--strip-components=1', '-C', folder], project);
}

/** What says that there is no registry, rather than that the package is not fit to be installed. */
const noRegistry = /E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NOTCACHED)|network/i;

async function install(tarball: string, project: string): Promise<void> {
  const how = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=0'];
  const { exit, out, err } = await run('npm', ['install', ...how, tarball], project);
  if (exit === 0) return;
  if (!noRegistry.test(err)) throw new Error(`npm install: exit ${exit}\n${out}\n${err}`);
  console.warn(
    'npm install reaches no registry: the package is unpacked beside the repository’s dependencies',
  );
  await rm(join(project, 'node_modules'), { recursive: true, force: true });
  await unpack(tarball, project);
  const manifest = await readFile(join(project, 'node_modules/expunge/package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Readonly<Record<string, string>> };
  for (const each of Object.keys(dependencies)) await link(project, each);
}

/** Makes a package of the repository one of the project's, if it has none of that name. */
export async function link(project: string, name: string): Promise<void> {
  const place = join(project, 'node_modules', name);
  await mkdir(dirname(place), { recursive: true });
  await symlink(join(repository, 'node_modules', name), place).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

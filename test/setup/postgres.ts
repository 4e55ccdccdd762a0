import type { TestProject } from 'vitest/node';
import { PostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for the whole run, '' where the machine has none. Each test uses a schema of its own. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the whole run; it needn't survive the machine, so it needn't wait for the disk. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await PostgresServer.create(['fsync=off', 'max_connections=200']);
  if (!server)
    console.warn('skipped: tests on PostgreSQL; its programs (initdb, postgres) are not installed here');
  project.provide('postgresUrl', server?.url ?? '');
  return async () => server?.remove();
}

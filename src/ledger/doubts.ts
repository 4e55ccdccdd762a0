/**
 * Doubts: settings of a database server under which "on record" may not outlast the machine, or a failover. The
 * ledger can't change them, and works all the same: whoever runs the server is told.
 */
import type { Context } from './context.ts';

export interface Doubting {
  /** Each a sentence that names the setting; none for the embedded database, whose settings are ours. */
  doubts(): Promise<readonly string[]>;
}

/** A PostgreSQL server's settings in force for our connections, and how many standbys are attached to it. */
export interface ServerSettings {
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly synchronous_standby_names: string;
  readonly standbys: number;
}

export function doubting({ database, dialect }: Context): Doubting {
  return {
    async doubts() {
      if (!dialect.serverSettings) return [];
      const [rows] = await database.read([dialect.serverSettings]);
      return doubtsOf(rows?.[0] as unknown as ServerSettings);
    },
  };
}

/** PostgreSQL documentation, "Write Ahead Log" and "Replication" in "Server Configuration". */
export function doubtsOf(settings: ServerSettings): readonly string[] {
  const { fsync, full_page_writes, synchronous_commit, synchronous_standby_names, standbys } = settings;
  const doubts: string[] = [];
  if (fsync === 'off')
    doubts.push('fsync is off: a crash of the machine may destroy the ledger. Set fsync = on');
  if (full_page_writes === 'off')
    doubts.push(
      'full_page_writes is off: a crash of the machine may destroy the ledger. Set full_page_writes = on',
    );
  if (standbys > 0 && synchronous_standby_names === '')
    doubts.push(
      'standbys are attached and none is synchronous: a failover may lose what was accepted. Set synchronous_standby_names',
    );
  else if (standbys > 0 && synchronous_commit === 'local')
    doubts.push('synchronous_commit is local: a failover may lose what was accepted. Set it to on');
  return doubts;
}

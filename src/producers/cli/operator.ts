import { userInfo } from 'node:os';

/** Whose hand it was, for the record: the operating system's user. */
export function operator(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run as users that no list names.
    return `uid ${String(process.getuid?.() ?? 'unknown')}`;
  }
}

/**
 * A file that is there when it is whole: written beside its place under another name, on disk before it gets its
 * own. What breaks off leaves nothing under that name.
 */
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface NewFile {
  /** Resolves when more may follow. */
  write(text: string): Promise<void>;
  /** It is whole, and has reached the disk. Rejects with FileExists where one of its name has come up meanwhile. */
  keep(): Promise<void>;
  /** Leaves nothing of it; nothing to do once it is kept. */
  drop(): Promise<void>;
}

/** There is a file of that name, and it is not written over. */
export class FileExists extends Error {
  override readonly name = 'FileExists';
}

/** `part` sets its temporary name apart from others'. */
export async function createNewFile(path: string, part: string): Promise<NewFile> {
  await mustBeFree(path);
  const temporary = `${path}.${part}.part`;
  const file = await open(temporary, 'wx');
  let over = false;
  return {
    write: (text) => file.appendFile(text),
    async keep() {
      await file.sync();
      await file.close();
      over = true;
      try {
        await mustBeFree(path);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary);
        throw error;
      }
      await syncFolder(path);
    },
    async drop() {
      if (over) return;
      over = true;
      await file.close();
      await rm(temporary);
    },
  };
}

/** A file's name has to reach the disk too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

async function mustBeFree(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  throw new FileExists(path);
}

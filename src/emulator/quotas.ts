import { capOf, type EmulatorAccount, windowOf } from './account.ts';
import type { ActionName } from './action.ts';
import { RollingWindow } from './rolling-window.ts';

/**
 * What each quota group (or account without one) has spent of its cap for each action. Only calls that were let
 * through spend it; throttled and refused ones don't.
 */
export class Quotas {
  readonly #windows = new Map<string, RollingWindow>();

  full(account: EmulatorAccount, action: ActionName, at: number): boolean {
    return this.#window(account, action).count(at) >= capOf(account, action).calls;
  }

  spend(account: EmulatorAccount, action: ActionName, at: number): void {
    this.#window(account, action).add(at);
  }

  clear(): void {
    this.#windows.clear();
  }

  #window(account: EmulatorAccount, action: ActionName): RollingWindow {
    const owner =
      account.quotaGroup === undefined ? ['key', account.accessKeyId] : ['group', account.quotaGroup];
    const key = JSON.stringify([...owner, account.provider, action]);
    let window = this.#windows.get(key);
    if (!window) this.#windows.set(key, (window = new RollingWindow(windowOf(capOf(account, action)))));
    return window;
  }
}

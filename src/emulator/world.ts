import { capOf, defaultCaps, type EmulatorAccount, windowOf } from './account.ts';
import { type ActionName, deleteActions, type DeleteAction } from './action.ts';
import { alibabaActions, huaweiActions } from './actions.ts';
import { type Call, CallRecord, type Tallies } from './call-record.ts';
import { imageTypes } from './delete-image.ts';
import { Faults } from './faults.ts';
import { Inventory } from './inventory.ts';
import type { Definitions, Entry, Journal } from './journal.ts';
import { Nonces } from './nonces.ts';
import { Quotas } from './quotas.ts';
import type { Stall } from './stalls.ts';
import type { Switches } from './switches.ts';

export interface Stats {
  /** By key id and action. */
  readonly accounts: Tallies;
  /** By quota group and action: what the group's cap is judged by. */
  readonly groups: Tallies;
  readonly inventory: Record<DeleteAction, { readonly present: number | null; readonly deleted: number }>;
  readonly stalls: readonly Stall[];
}

const inventoryOf = new Map<string, DeleteAction>(
  [...alibabaActions, ...huaweiActions.values()].map(({ name, inventory }) => [name, inventory]),
);

/** Everything that calls and admin requests change. All but faults is changed by journal entries only. */
export class World {
  readonly accounts: readonly EmulatorAccount[];
  readonly byKey: ReadonlyMap<string, EmulatorAccount>;
  readonly faults: Faults;
  readonly nonces = new Nonces();
  readonly quotas = new Quotas();
  journal: Journal | undefined;
  readonly #initial: Switches;
  #switches: Switches;
  #inventories = newInventories();
  #record: CallRecord;

  constructor(accounts: readonly EmulatorAccount[], switches: Switches, random: () => number) {
    this.accounts = accounts;
    this.byKey = new Map(accounts.map((account) => [account.accessKeyId, account]));
    this.faults = new Faults(random);
    this.#initial = this.#switches = switches;
    this.#record = this.#newRecord();
  }

  get switches(): Switches {
    return this.#switches;
  }

  inventory(of: DeleteAction): Inventory {
    return this.#inventories[of];
  }

  calls(): readonly Call[] {
    return this.#record.calls();
  }

  /** Makes a change for good: written first, so that nothing is answered that a kill could undo. */
  commit(entry: Entry): void {
    this.journal?.append(entry);
    this.replay(entry);
  }

  replay(entry: Entry): void {
    if ('inventory' in entry) this.#define(entry.inventory);
    else if ('switches' in entry) this.#switches = entry.switches;
    else if ('call' in entry) this.#count(entry);
  }

  /** As it was at the start, but for the time that has passed. */
  clear(): void {
    this.journal?.restart();
    this.faults.set([]);
    this.nonces.clear();
    this.quotas.clear();
    this.#switches = this.#initial;
    this.#inventories = newInventories();
    this.#record = this.#newRecord();
  }

  stats(stalls: readonly Stall[]): Stats {
    return {
      accounts: this.#record.accounts(),
      groups: this.#record.groups(),
      inventory: {
        DeleteImage: this.#inventories.DeleteImage.tally(),
        DeleteVideo: this.#inventories.DeleteVideo.tally(),
        DeleteMediaInfos: this.#inventories.DeleteMediaInfos.tally(),
        DeleteThumbnails: this.#inventories.DeleteThumbnails.tally(),
      },
      stalls,
    };
  }

  #define(definitions: Definitions): void {
    for (const action of deleteActions) {
      for (const definition of definitions[action] ?? []) this.#inventories[action].define(definition);
    }
  }

  #count({ call, nonce, now, parts }: Extract<Entry, { call: Call }>): void {
    const account = this.byKey.get(call.account);
    if (nonce !== '') this.nonces.use(call.account, nonce, now);
    if (call.result === 'accepted' && account) {
      this.quotas.spend(account, call.action as ActionName, call.at);
    }
    const owner = inventoryOf.get(call.action);
    const inventory = owner && this.#inventories[owner];
    for (const id of call.deleted) {
      if (parts) inventory?.removeParts(id, parts, imageTypes);
      else inventory?.remove(id);
    }
    this.#record.add(call);
  }

  #newRecord(): CallRecord {
    return new CallRecord({
      groupOf: (keyId) => this.byKey.get(keyId)?.quotaGroup,
      windowOf: (keyId, action) => {
        const account = this.byKey.get(keyId);
        const known = Object.hasOwn(defaultCaps, action) ? (action as ActionName) : undefined;
        return account && known ? windowOf(capOf(account, known)) : 1_000;
      },
    });
  }
}

const newInventories = (): Record<DeleteAction, Inventory> => ({
  DeleteImage: new Inventory(),
  DeleteVideo: new Inventory(),
  DeleteMediaInfos: new Inventory(),
  DeleteThumbnails: new Inventory(),
});

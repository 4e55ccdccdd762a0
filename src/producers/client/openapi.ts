/** What the HTTP API takes and answers. Generated from docs/openapi.json: not to be edited. */

export type paths = {
  readonly '/v1/deletions': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Accept ids for deletion: all of them, or none */
    readonly post: operations['createDeletion'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/deletions/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** What became of a request, target by target */
    readonly get: operations['getDeletion'];
    readonly put?: never;
    readonly post?: never;
    /** Cancel what has not been sent; others’ requests stand */
    readonly delete: operations['cancelDeletion'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** All campaigns, the latest first */
    readonly get: operations['getCampaigns'];
    readonly put?: never;
    /**
     * Make a plan of a list of any length, and show what would be deleted; deletes nothing
     * @description The body is the list: one id a line, CSV with a header line, or NDJSON; also with Content-Encoding: gzip. Bad lines are left out and told. A body that breaks off, or that is damaged, plans nothing.
     */
    readonly post: operations['planCampaign'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns/{name}/report': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * What became of each id, when, by whose wish
     * @description Its SHA-256 follows as the trailer Repr-Digest (RFC 9530). Expunge-Final is false while the campaign has not ended.
     */
    readonly get: operations['getCampaignReport'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns/{name}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** How far it is, what it waits for, what can be done */
    readonly get: operations['getCampaign'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns/{name}/run': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Begin to delete what was planned */
    readonly post: operations['runCampaign'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns/{name}/approve': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Vouch for exactly what was planned, as a second person */
    readonly post: operations['approveCampaign'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns/{name}/pause': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Send nothing more of it; what is under way ends, and until then it is pausing */
    readonly post: operations['pauseCampaign'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns/{name}/resume': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Let a paused one go on; its brakes count from there */
    readonly post: operations['resumeCampaign'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/campaigns/{name}/cancel': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** End it: what was not sent stays undeleted; until the last call has ended it is cancelling */
    readonly post: operations['cancelCampaign'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/lanes': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Each account and operation: state, cap, what is open */
    readonly get: operations['getLanes'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/lanes/{account}/{operation}/pause': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Send nothing more in this lane; what is accepted waits */
    readonly post: operations['pauseLane'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/lanes/{account}/{operation}/resume': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Let a paused lane send again */
    readonly post: operations['resumeLane'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/halt': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Stop everything, in every process, at its next call */
    readonly post: operations['halt'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/unhalt': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** End the halt of everything and of single lanes, or of one lane */
    readonly post: operations['unhalt'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/targets/{key}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Everything on record of an id, of any account */
    readonly get: operations['getTarget'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/livez': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** The process runs */
    readonly get: operations['livez'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/readyz': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** It can accept, or why not */
    readonly get: operations['readyz'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/openapi.json': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** This document */
    readonly get: operations['openapi'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
};
export type webhooks = Record<string, never>;
export type components = {
  schemas: {
    readonly Deletion: {
      /** @description A configured account */
      readonly account: string;
      /**
       * @description alibaba.vod.delete-image: Delete uploaded images and video snapshots; alibaba.vod.delete-video: Delete videos with their source file, transcoded streams and thumbnails; alibaba.ice.delete-media-infos: Delete media assets from Intelligent Media Services; huawei.vod.delete-thumbnails: Delete the thumbnails that snapshot tasks made of a media asset
       * @example alibaba.vod.delete-video
       */
      readonly operation: string;
      /** @description Plain ids, each of the operation’s first kind: imageId (alibaba.vod.delete-image), videoId (alibaba.vod.delete-video), mediaId (alibaba.ice.delete-media-infos), task (huawei.vod.delete-thumbnails). Either ids or targets */
      readonly ids?: readonly string[];
      /** @description Ids, or targets written out: { "by": "imageUrl", "url": "…" }, { "task": "…", "asset": "…" } */
      readonly targets?: readonly (
        | string
        | {
            readonly [key: string]: unknown;
          }
      )[];
      /** @description Why, for the record */
      readonly reason: string;
      /** @description Before everything that is not */
      readonly urgent?: boolean;
      /**
       * Format: date-time
       * @description Nothing is sent before, by the ledger’s clock
       */
      readonly notBefore?: string;
      /** @description Delete again what the ledger holds as deleted or absent */
      readonly again?: boolean;
      /** @description Options of the operation: imageType (All | CoverSnapshot,NormalSnapshot,SpriteSnapshot,SpriteOriginSnapshot); deletePhysicalFiles (true | false) */
      readonly options?: {
        readonly [key: string]: unknown;
      };
    };
    readonly Problem: {
      /**
       * @description urn:expunge:problem:KIND
       * @example urn:expunge:problem:invalid
       */
      readonly type: string;
      readonly title: string;
      readonly status: number;
      /** @description What happened and what to do, for people */
      readonly detail: string;
      /** @description The id of this HTTP request, as in the log and in X-Request-Id */
      readonly request: string;
      readonly errors?: readonly {
        /** @description JSON Pointer (RFC 6901) into the body */
        readonly pointer?: string;
        /** @description Name of a path or query parameter */
        readonly parameter?: string;
        readonly header?: string;
        /** @description Of a campaign’s list, from 1 */
        readonly line?: number;
        readonly problem: string;
        readonly remedy: string;
      }[];
    };
    readonly Campaign: {
      readonly campaign: string;
      readonly account: string;
      readonly operation: string;
      /** @enum {string} */
      readonly state:
        | 'planned'
        | 'approved'
        | 'running'
        | 'pausing'
        | 'paused'
        | 'cancelling'
        | 'cancelled'
        | 'completed'
        | 'failed';
      /** @description Why it is in this state */
      readonly reason: string;
      /** @description Who brought it there */
      readonly by: string;
      /** Format: date-time */
      readonly since: string;
      readonly requester: string;
      readonly why: string;
      /** @description Stands for exactly what would be deleted */
      readonly hash: string;
      readonly approvedBy: string | null;
      readonly started: string | null;
      readonly ended: string | null;
      readonly notBefore: string | null;
      /** @description Targets of the plan */
      readonly valid: number;
      readonly done: number;
      readonly remaining: number;
      /** @description By calls */
      readonly settlements: {
        readonly [key: string]: number;
      };
      /** @description Settled before: no call was made */
      readonly answeredFromLedger: {
        readonly [key: string]: number;
      };
      readonly calls: number;
      readonly throttled: number;
      readonly inFlight: number;
      /** @description Targets a call */
      readonly fill: number | null;
      readonly callsPerSecond: number | null;
      readonly idsPerSecond: number | null;
      readonly cap: {
        readonly calls: number;
        /** @enum {string} */
        readonly per: 'second' | 'minute';
      } | null;
      readonly share: number;
      readonly canaryStage: number | null;
      /** @description Null: nobody can tell; `waits` says why */
      readonly etaSeconds: number | null;
      readonly sendingSeconds: number | null;
      readonly waits: readonly {
        readonly for: string;
        readonly text: string;
        /** Format: date-time */
        readonly until?: string;
      }[];
      /** @description What can be done now */
      readonly next: readonly string[];
    };
    readonly Campaigns: {
      readonly campaigns: readonly components['schemas']['Campaign'][];
      /** @description The cursor of the next page; null: there is none */
      readonly next: string | null;
    };
    readonly Plan: {
      readonly campaign: string;
      /** @description Stands for exactly what would be deleted */
      readonly hash: string;
      /** @description Targets that would be deleted */
      readonly valid: number;
      /** @description Bad lines, left out */
      readonly invalid: number;
      readonly duplicates: number;
      readonly alreadySettled: number;
      readonly calls: number;
      /** @description Of sending, at the lane’s cap */
      readonly bestCaseSeconds: number;
      readonly account: string;
      readonly operation: string;
      /** @description Targets by kind */
      readonly kinds: {
        readonly [key: string]: number;
      };
      readonly first: string;
      readonly last: string;
      /** @description What widens the deletion as far as it can, in capitals */
      readonly widening: readonly string[];
      /** @description What the provider’s pages warn of */
      readonly warnings: readonly string[];
      /** @description How many of the bad lines are in `invalidLines` */
      readonly invalidListed: number;
      /** @description The first 1,000; values are cut */
      readonly invalidLines: readonly {
        readonly line: number;
        readonly value: string;
        readonly problem: string;
        readonly remedy: string;
      }[];
      readonly checked?: {
        readonly asked: number;
        readonly present: number;
        readonly gone: number;
        readonly unknown: number;
        readonly titles: readonly {
          readonly id: string;
          readonly title: string;
        }[];
        readonly unasked: readonly {
          readonly targets: number;
          readonly code: string;
          readonly message: string;
        }[];
      };
      /** @description A second person has to approve it before it runs */
      readonly needsApproval: boolean;
      /** @description What to do next, if it is what was meant */
      readonly next: readonly string[];
    };
    readonly Target: {
      readonly account: string;
      readonly operation: string;
      /** @description The kind of id, one of the operation’s */
      readonly kind: string;
      readonly id: string;
      /** @description What the id belongs to (Huawei: the asset) */
      readonly parent?: string;
      /** @description The options that decide what is deleted */
      readonly options?: string;
      /**
       * @description While it is open
       * @enum {string}
       */
      readonly state?: 'waiting' | 'offered' | 'sending';
      /**
       * @description Once it is settled. `deleted`: the provider accepted the deletion
       * @enum {string}
       */
      readonly settlement?: 'deleted' | 'absent' | 'refused' | 'exhausted' | 'cancelled' | 'spared';
      /** @description The provider’s, or one of ours in lower case */
      readonly code: string;
      readonly message: string;
      /** @description The provider’s, of the last answer */
      readonly requestId: string;
      readonly attempts: number;
      /** @description An unanswered attempt may have deleted it */
      readonly ambiguous: boolean;
      readonly note?: string;
      readonly acceptedAt: string | null;
      readonly settledAt: string | null;
      /** Format: date-time */
      readonly dueAt?: string;
      readonly requests: readonly {
        readonly id: string;
        readonly requester: string;
        readonly reason: string;
        /** Format: date-time */
        readonly at: string;
      }[];
      readonly calls: readonly {
        readonly id: string;
        readonly result: string;
        readonly code: string;
        readonly requestId: string;
        /** Format: date-time */
        readonly startedAt: string;
        readonly endedAt: string | null;
      }[];
    };
    readonly Accepted: {
      readonly id: string;
      /** @description Targets that this request opened */
      readonly accepted: number;
      /** @description Named more than once, or open already and attached to */
      readonly duplicates: number;
      /** @description Deleted or absent already by the ledger: no call is made (`again` makes one) */
      readonly alreadySettled: number;
    };
    readonly Request: {
      readonly id: string;
      readonly account: string;
      readonly operation: string;
      /** @enum {string} */
      readonly state: 'open' | 'settled';
      readonly requester: string;
      readonly reason: string;
      readonly urgent: boolean;
      readonly notBefore: string | null;
      /** Format: date-time */
      readonly acceptedAt: string;
      /** @description Targets that this request opened */
      readonly accepted: number;
      /** @description Named more than once, or open already and attached to */
      readonly duplicates: number;
      /** @description Deleted or absent already by the ledger: no call is made (`again` makes one) */
      readonly alreadySettled: number;
      /** @description How many of its targets ended how; `open` for the rest */
      readonly settlements: {
        readonly [key: string]: number;
      };
      readonly targets: readonly components['schemas']['Target'][];
      /** @description The cursor of the next page; null: there is none */
      readonly next: string | null;
    };
    readonly Cancelled: {
      readonly id: string;
      /** @description Never to be sent */
      readonly cancelled: number;
      /** @description In a call already, which goes on */
      readonly sending: number;
      /** @description Had been settled before */
      readonly settled: number;
      /** @description Wanted by another request too: these go on */
      readonly kept: number;
    };
    readonly Lane: {
      readonly account: string;
      readonly operation: string;
      /** @enum {string} */
      readonly state: 'open' | 'paused' | 'halted';
      readonly reason: string;
      readonly by: string;
      /** Format: date-time */
      readonly since: string;
      /** @description A worker drains it */
      readonly owned: boolean;
      /** @description Targets accepted and not yet settled */
      readonly open: number;
      readonly deadLetters: number;
      /** @description For how long the oldest open target might have been sent by now */
      readonly oldestSeconds: number | null;
      /** @description In force; null: a lane of another configuration */
      readonly cap: {
        readonly calls: number;
        /** @enum {string} */
        readonly per: 'second' | 'minute';
      } | null;
      readonly configuredCap: {
        readonly calls: number;
        /** @enum {string} */
        readonly per: 'second' | 'minute';
      } | null;
      /** @description What a person set, which goes before the configured cap */
      readonly capSet: {
        readonly calls: number;
        readonly by: string;
        readonly reason: string;
        /** Format: date-time */
        readonly since: string;
      } | null;
    };
    readonly Lanes: {
      /** @description While everything is halted */
      readonly halt?: {
        readonly reason: string;
        readonly by: string;
        /** Format: date-time */
        readonly since: string;
      };
      readonly lanes: readonly components['schemas']['Lane'][];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
};
export type $defs = Record<string, never>;
export interface operations {
  readonly createDeletion: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description The first answer to this key and body is told again for 24 h; so it is safe to retry */
        readonly 'idempotency-key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['Deletion'];
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request is understood, and refused. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly getDeletion: {
    readonly parameters: {
      readonly query?: {
        /** @description Entries a page, 1 to 1000; 100 if left out */
        readonly limit?: string;
        /** @description `next` of the page before; left out: the first page */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path: {
        /** @description A request’s id */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Request'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly cancelDeletion: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description A request’s id */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Cancelled'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly getCampaigns: {
    readonly parameters: {
      readonly query?: {
        /** @description Entries a page, 1 to 1000; 100 if left out */
        readonly limit?: string;
        /** @description `next` of the page before; left out: the first page */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Campaigns'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly planCampaign: {
    readonly parameters: {
      readonly query: {
        /** @description Which images of a video to delete; All stands alone: All | CoverSnapshot,NormalSnapshot,SpriteSnapshot,SpriteOriginSnapshot */
        readonly imageType?: string;
        /** @description Delete the files themselves too; left out, the provider decides, and no page says how: true | false */
        readonly deletePhysicalFiles?: 'true' | 'false';
        readonly name: string;
        readonly account: string;
        readonly operation: string;
        /** @description Why, for the record */
        readonly reason?: string;
        /** @description What plain ids are; left out: the operation’s first kind */
        readonly kind?: string;
        /** @description Of a CSV; left out: the first */
        readonly column?: string;
        /** @description Refused if it has more targets */
        readonly max?: string;
        /** @description Most of the lane’s cap that it takes */
        readonly share?: string;
        /** @description Sends only then, each day */
        readonly window?: string;
        /** @description So long nothing is sent after run: time to cancel */
        readonly undoWindow?: string;
        /** @description Nothing is sent before */
        readonly notBefore?: string;
        /** @description Delete again what the ledger holds as deleted or absent */
        readonly again?: 'true' | 'false';
        /** @description false: begin with all, not with ten and then one in a hundred */
        readonly canary?: 'true' | 'false';
        /** @description Pause above this share of refused ids */
        readonly brakeRefused?: string;
        /** @description Pause above this share of absent ids */
        readonly brakeAbsent?: string;
        /** @description Pause above this share of throttled calls */
        readonly brakeThrottled?: string;
        /** @description Ask the provider whether so many of them exist */
        readonly checkExists?: string;
        /** @description true: plan it even if most of those that were checked do not exist */
        readonly anyway?: 'true' | 'false';
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** @description The list */
    readonly requestBody: {
      readonly content: {
        readonly 'text/plain': string;
        readonly 'text/csv': string;
        readonly 'application/x-ndjson': string;
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Plan'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The request is understood, and refused. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly getCampaignReport: {
    readonly parameters: {
      readonly query?: {
        /** @description csv if left out */
        readonly format?: 'csv' | 'ndjson';
        /** @description Some of failed, deleted, absent, refused, exhausted, cancelled, spared, open, with commas; failed is refused and exhausted */
        readonly only?: string;
      };
      readonly header?: never;
      readonly path: {
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The rows */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'text/csv': string;
          readonly 'application/x-ndjson': string;
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly getCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Campaign'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly runCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': {
          /** @description The plan’s hash */
          readonly plan: string;
          /** @description How many targets it has */
          readonly confirm: number;
          readonly max?: number;
          readonly share?: number;
          /** @description Sends only then, each day */
          readonly window?: string;
          /** @description So long nothing is sent after run: time to cancel */
          readonly undoWindow?: string;
          /** @description Nothing is sent before */
          readonly notBefore?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Campaign'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly approveCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': {
          /** @description The hash that was looked at */
          readonly plan: string;
          readonly reason?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Campaign'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly pauseCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': {
          readonly reason?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Campaign'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly resumeCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': {
          readonly reason?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Campaign'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly cancelCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': {
          readonly reason?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Campaign'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly getLanes: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Lanes'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly pauseLane: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly account: string;
        readonly operation: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': {
          /** @description Why, for whoever wonders */
          readonly reason?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Lane'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly resumeLane: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly account: string;
        readonly operation: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': {
          /** @description Why, for whoever wonders */
          readonly reason?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Lane'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description That does not go with how things stand. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly halt: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': {
          /** @description Why, for whoever wonders */
          readonly reason: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Lanes'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly unhalt: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': {
          readonly account?: string;
          readonly operation?: string;
          /** @description What was repaired, for the record */
          readonly reason?: string;
        };
      };
    };
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Lanes'];
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is too large. */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is of another type than expected. */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly getTarget: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description An id or URL as it was given, or a target’s key */
        readonly key: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': {
            readonly targets: readonly components['schemas']['Target'][];
          };
        };
      };
      /** @description A field is wrong; `errors` names each. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No API key, or one that nobody knows, or that has expired. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The key lacks a scope; `detail` names it. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests of this key; Retry-After tells when. */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key. */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readonly livez: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description ok */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'text/plain': string;
        };
      };
    };
  };
  readonly readyz: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': {
            readonly ready: boolean;
            readonly reasons: readonly string[];
          };
        };
      };
      /** @description Default Response */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': {
            readonly ready: boolean;
            readonly reasons: readonly string[];
          };
        };
      };
    };
  };
  readonly openapi: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Default Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': {
            readonly [key: string]: unknown;
          };
        };
      };
    };
  };
}

import type { Pairs } from './request.ts';

/** What an Alibaba request says about itself, under either signature, before any of it is believed. */
export interface Claim {
  readonly keyId: string;
  readonly action: string;
  readonly version: string;
  /** As sent: `YYYY-MM-DDThh:mm:ssZ` if it is well-formed. */
  readonly date: string;
  readonly nonce: string;
  readonly securityToken: string | undefined;
  /** Everything that the operation may read. */
  readonly parameters: Pairs;
  readonly format: 'json' | 'xml';
  /** Code of what is missing for a signature to be checked at all. */
  readonly incomplete: string | undefined;
  /** What the server makes of the request with this secret: undefined if the signature is right, else the message. */
  mismatch(secret: string): string | undefined;
}

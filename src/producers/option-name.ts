/** How an option of an operation is written where there is no JSON: in flags and in scopes. */
import type { OptionSpec } from '../providers/operation.ts';

/** `deletePhysicalFiles` → `delete-physical-files` */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const isSwitch = ({ values }: OptionSpec): boolean => values === 'true | false';

/** A door through which people come to campaigns, and how one writes there what can be done next. */
import type { Step } from './states.ts';

export interface Door {
  /** `expunge campaign run spring --plan HASH --confirm COUNT` */
  step(
    step: Step | 'plan' | 'status' | 'report',
    name: string,
    fields?: Readonly<Record<string, string>>,
  ): string;
  /** `--max` */
  field(name: string): string;
}

export const commandLine: Door = {
  step(step, name, fields = {}) {
    const flags = Object.entries(fields).map(([field, value]) =>
      // A report's file has a short flag, which is what people type.
      field === 'output' ? ` -o ${value}` : ` --${field} ${value}`,
    );
    return `expunge campaign ${step} ${name}${flags.join('')}`;
  },
  field: (name) => `--${name}`,
};

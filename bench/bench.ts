/** One benchmark, and what it found. */
export interface Figures {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Sentences: ratios, and what was found out beside the table. */
  readonly notes: readonly string[];
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  /** `tell` says how far it is. */
  run(tell: (text: string) => void): Promise<Figures>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The p-th part of these, such as 0.99. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN;
}

export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

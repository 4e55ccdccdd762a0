/** One benchmark, and what it found. */
export interface Figures {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Sentences: ratios, and what was found out beside the table. */
  readonly notes: readonly string[];
  /** What the table was made of, round by round; for the JSON only. */
  readonly runs?: readonly unknown[];
}

export interface Asked {
  /** It was asked for by its name, alone: it may take longer than its share of the quarter of an hour. */
  readonly long: boolean;
  /** Of everything that happens by chance. */
  readonly seed: string;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  /** `tell` says how far it is. */
  run(tell: (text: string) => void, asked: Asked): Promise<Figures>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The p-th part of these, such as 0.99. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN;
}

/** The median, and between what the values lie: `598 (595–600)`. */
export function spread(values: readonly number[], digits = 0): string {
  const [least, middle, most] = [0, 0.5, 1].map((p) => rounded(quantile(values, p), digits));
  return least === most ? `${middle}` : `${middle} (${least}–${most})`;
}

export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

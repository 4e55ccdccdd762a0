/** Numbers in Grafana's units, as short as can be read. */

/** Three digits that count, without zeros behind the point. */
const digits = (value: number): string => {
  const size = Math.abs(value);
  const decimals = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(decimals)));
};

const scaled = (value: number, factors: readonly (readonly [from: number, name: string])[]): string => {
  const [factor, name] = factors.findLast(([from]) => Math.abs(value) >= from) ?? [1, ''];
  return `${digits(value / factor)}${name}`;
};
const thousands = [
  [1, ''],
  [1e3, ' K'],
  [1e6, ' Mil'],
  [1e9, ' Bil'],
] as const;
const binary = [
  [1, ' B'],
  [1024, ' KiB'],
  [1024 ** 2, ' MiB'],
  [1024 ** 3, ' GiB'],
] as const;
const times = [
  [1e-9, ' µs', 1e-6],
  [1e-3, ' ms', 1e-3],
  [1, ' s', 1],
  [120, ' min', 60],
  [7_200, ' h', 3_600],
  [172_800, ' d', 86_400],
] as const;

export function figure(value: number, unit: string): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  if (unit.startsWith('suffix:')) return `${scaled(value, thousands)}${unit.slice('suffix:'.length)}`;
  switch (unit) {
    case 's': {
      if (value === 0) return '0 s';
      const [, name, by] = times.findLast(([from]) => Math.abs(value) >= from) ?? times[0];
      return `${digits(value / by)}${name}`;
    }
    case 'bytes':
      return scaled(value, binary);
    case 'percentunit':
      return `${digits(value * 100)} %`;
    default:
      return scaled(value, thousands);
  }
}

/** Round numbers that span from `low` to `high`, some `about` of them; of times and bytes in steps of their own. */
export function ticks(low: number, high: number, about: number, unit: string): readonly number[] {
  const rough = (high - low) / about;
  const bases =
    unit === 'bytes'
      ? [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
      : unit === 's' && rough >= 1
        ? [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400]
        : [1, 2, 2.5, 5, 10];
  const power =
    unit === 'bytes'
      ? 1024 ** Math.floor(Math.log(rough) / Math.log(1024))
      : bases.length > 5
        ? 1
        : 10 ** Math.floor(Math.log10(rough));
  const step = (bases.find((base) => base * power >= rough) ?? bases.at(-1) ?? 1) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * step);
}

/** `14:05:30` of a time in seconds since 1970, UTC. */
export const clockTime = (at: number): string => new Date(at * 1_000).toISOString().slice(11, 19);

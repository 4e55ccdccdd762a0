/** What an input is written in, and whether it is packed. */

export const formats = ['text', 'csv', 'ndjson'] as const;
export type Format = (typeof formats)[number];

/** By the file's name, `.gz` or not: whatever is neither .csv nor .ndjson is text, standard input (`-`) too. */
export function formatOf(file: string): { readonly format: Format; readonly gzip: boolean } {
  const name = file.toLowerCase();
  const plain = name.replace(/\.gz$/, '');
  const format = plain.endsWith('.csv') ? 'csv' : plain.endsWith('.ndjson') ? 'ndjson' : 'text';
  return { format, gzip: plain !== name };
}

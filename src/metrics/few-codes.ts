/** Codes come from the provider: what is no plain code, and codes beyond so many an operation, count as `other`. */
const most = 64;

/** The label for a code of an operation: itself, as long as the operation has few. */
export function fewCodes(): (operation: string, code: string) => string {
  const codes = new Map<string, Set<string>>();
  return (operation, code) => {
    const seen = codes.get(operation) ?? new Set();
    codes.set(operation, seen);
    if (!/^[A-Za-z][\w.-]{0,63}$/.test(code) || (!seen.has(code) && seen.size >= most)) return 'other';
    seen.add(code);
    return code;
  };
}

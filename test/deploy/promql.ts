/** As much of PromQL as tells which metrics an expression asks for, and by which labels. */

export interface Asked {
  /** Each metric, with the labels that its selector names. */
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels that results are grouped or matched by. */
  readonly groups: readonly string[];
}

const keywords = ['or', 'and', 'unless', 'bool', 'offset'];
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const names = (list: string) => list.split(',').flatMap((name) => name.trim() || []);

export function asked(expr: string): Asked {
  const bare = expr.replace(/"[^"]*"/g, '""').replace(/\$\w+/g, ' ');
  const groups = [...bare.matchAll(grouping)].flatMap(([, list = '']) => names(list));
  const rest = bare.replace(grouping, ' ').replace(/\[[^\]]*\]|\boffset\s+\d+\w+/g, ' ');
  const metrics = [...rest.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{([^}]*)\})?/g)].flatMap(
    ([, name = '', next, matchers = '']) =>
      next === '(' || keywords.includes(name)
        ? []
        : [
            {
              name,
              labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
            },
          ],
  );
  return { metrics, groups };
}

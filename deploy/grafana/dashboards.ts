/** All dashboards: `docs/generate.ts` writes them where docker-compose.yml has Grafana read them. */
import { campaigns } from './campaigns.ts';
import { lanes } from './lanes.ts';
import { overview } from './overview.ts';
import { system } from './system.ts';

/** Each file's path in the repository, and what makes its text. */
export const dashboards: readonly (readonly [file: string, make: () => string])[] = [
  ['deploy/grafana/dashboards/overview.json', overview],
  ['deploy/grafana/dashboards/lanes.json', lanes],
  ['deploy/grafana/dashboards/campaigns.json', campaigns],
  ['deploy/grafana/dashboards/system.json', system],
];

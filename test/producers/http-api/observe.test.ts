import { describe, expect, it } from 'vitest';
import { serve } from './world.ts';

describe('observe', () => {
  it('counts requests by the route as it is declared, and all paths that there are not as one', async () => {
    const { ask, scrape } = await serve();
    for (const status of [500, 503])
      expect(await scrape()).toContain(
        `expunge_http_requests_total{route="POST /v1/deletions",status="${status}"} 0\n`,
      );
    await ask('/v1/lanes');
    for (const path of ['/no/such/path', '/v1/other']) await ask(path);
    await ask('/no/such/path', { method: 'POST', body: {} });
    const lines = (await scrape()).split('\n');
    expect(lines).toContain('expunge_http_requests_total{route="GET /v1/lanes",status="200"} 1');
    expect(lines).toContain('expunge_http_requests_total{route="none",status="404"} 3');
    expect(lines).toContain('expunge_http_request_duration_seconds_count{route="none"} 3');
  });
});

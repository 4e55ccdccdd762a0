/**
 * `GET /v1/campaigns/{name}/report`: one row an id, streamed as fast as it is taken. Its SHA-256 is known when the
 * last row is: it follows the rows as a trailer, Repr-Digest (RFC 9530). A report that breaks off has no end.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { nearest } from '../../config/problems.ts';
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import { isFinal, render, type Format } from '../campaign/report.ts';
import { reportPages, stateNames, statesNamed, type State } from '../campaign/report-pages.ts';
import type { Api, Routes } from './api.ts';
import { allowed } from './authenticate.ts';
import { campaignNamed } from './campaign-named.ts';
import { nameParameter, reportQuery } from './campaign-schema.ts';
import { invalid } from '../problem.ts';
import { refusals } from './responses.ts';

const types = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const;
const rows = z.string().meta({ description: 'One row an id' });

export const reportRoute: Routes = (api) => async (app) => {
  app.get(
    '/v1/campaigns/:name/report',
    {
      config: { scope: 'read' },
      schema: {
        ...{ operationId: 'getCampaignReport', tags: ['Campaigns'] },
        summary: 'What became of each id, when, by whose wish',
        description:
          'Its SHA-256 follows as the trailer Repr-Digest (RFC 9530). Expunge-Final is false while the campaign has not ended.',
        ...{ params: nameParameter, querystring: reportQuery },
        response: {
          200: {
            description: 'The rows',
            content: { 'text/csv': { schema: rows }, 'application/x-ndjson': { schema: rows } },
          },
          ...refusals(404),
        },
      },
    },
    async (request, reply) => {
      const campaign = await campaignNamed(api, request.params.name);
      allowed(request, 'read', campaign.account, campaign.operation);
      const { format = 'csv', only } = request.query;
      const states = only === undefined ? undefined : wanted(only);
      const hash = createHash('sha256');
      const digest = () => reply.raw.addTrailers({ 'repr-digest': `sha-256=:${hash.digest('base64')}:` });
      const texts = reportTexts(api, campaign, format, states, (text) => hash.update(text), digest);
      return reply
        .code(200)
        .header('content-type', types[format])
        .header('content-disposition', `attachment; filename="${campaign.name}.${format}"`)
        .header('expunge-final', String(isFinal(campaign)))
        .header('trailer', 'Repr-Digest')
        .send(Readable.from(texts, { highWaterMark: 1 }) as unknown as string);
    },
  );
};

async function* reportTexts(
  { ledger }: Api,
  campaign: Campaign,
  format: Format,
  states: readonly State[] | undefined,
  onText: (text: string) => void,
  onEnd: () => void,
): AsyncGenerator<string> {
  const { head, row } = render[format];
  onText(head);
  let waiting = head;
  for await (const page of reportPages(ledger, campaign, states)) {
    const text = page.map(row).join('');
    onText(text);
    yield waiting + text;
    waiting = '';
  }
  if (waiting !== '') yield waiting;
  onEnd();
}

function wanted(text: string): readonly State[] {
  const named = statesNamed(text);
  if ('states' in named) return named.states;
  const meant = nearest(named.unknown, stateNames);
  const remedy = meant === undefined ? `name some of ${stateNames.join(', ')}` : `did you mean ${meant}?`;
  throw invalid([{ parameter: 'only', problem: 'names something that nothing ends as', remedy }]);
}

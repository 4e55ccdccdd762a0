/** `/v1/campaigns`: bulk purges, planned, approved, run, stopped, looked at and reported. */
import type { z } from 'zod';
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import { advance } from '../campaign/advance.ts';
import { approveCampaign } from '../campaign/approve.ts';
import { readRunRules } from '../campaign/rule-texts.ts';
import { runCampaign } from '../campaign/run.ts';
import { steerCampaign } from '../campaign/steer.ts';
import type { Routes } from './api.ts';
import { allowed } from './authenticate.ts';
import { campaignFields, campaignNamed } from './campaign-named.ts';
import { planRoute } from './campaign-plan.ts';
import { http, orRefused } from './campaign-refusals.ts';
import { reportRoute } from './campaign-report.ts';
import {
  approveBody,
  campaignSchema,
  campaignsSchema,
  nameParameter,
  reasonBody,
  runBody,
} from './campaign-schema.ts';
import { body } from '../fields.ts';
import { cursorOf, pageQuery, seqOf } from './cursor.ts';
import { invalid } from '../problem.ts';
import { refusals } from './responses.ts';

const tags = ['Campaigns'];
const answers = { 200: campaignSchema, ...refusals(404, 409, 413, 415) };

export const campaignRoutes: Routes = (api) => async (app) => {
  const { ledger, config, clock } = api;
  const means = { ledger, config, door: http, onProgress: () => undefined };
  await app.register(planRoute(api));
  await app.register(reportRoute(api));

  const told = async (name: string): Promise<z.infer<typeof campaignSchema>> => {
    const [fields] = await campaignFields(api, [await campaignNamed(api, name)]);
    return fields as z.infer<typeof campaignSchema>;
  };

  app.get(
    '/v1/campaigns',
    {
      config: { scope: 'read' },
      schema: {
        ...{ operationId: 'getCampaigns', tags, summary: 'All campaigns, the latest first' },
        querystring: body(pageQuery),
        response: { 200: campaignsSchema, ...refusals() },
      },
    },
    async (request, reply) => {
      const { cursor, limit = 100 } = request.query;
      const after = seqOf(cursor);
      const readable = ({ account, operation }: Campaign) => request.person?.may('read', account, operation);
      const all = (await ledger.campaigns()).filter(({ seq }) => after === 0 || seq < after).filter(readable);
      const page = all.slice(0, limit);
      const last = all.length > limit ? page.at(-1) : undefined;
      return reply.code(200).send({
        campaigns: (await campaignFields(api, page)) as z.infer<typeof campaignSchema>[],
        next: last ? cursorOf(last.seq) : null,
      });
    },
  );

  app.get(
    '/v1/campaigns/:name',
    {
      config: { scope: 'read' },
      schema: {
        ...{
          operationId: 'getCampaign',
          tags,
          summary: 'How far it is, what it waits for, what can be done',
        },
        params: nameParameter,
        response: { 200: campaignSchema, ...refusals(404) },
      },
    },
    async (request, reply) => {
      const { account, operation } = await campaignNamed(api, request.params.name);
      allowed(request, 'read', account, operation);
      return reply.code(200).send(await told(request.params.name));
    },
  );

  app.post(
    '/v1/campaigns/:name/run',
    {
      config: { scope: 'campaign' },
      schema: {
        ...{ operationId: 'runCampaign', tags, summary: 'Begin to delete what was planned' },
        ...{ params: nameParameter, body: runBody, response: answers },
      },
    },
    async (request, reply) => {
      const { plan: hash, confirm, max, share, ...times } = request.body;
      const campaign = await campaignNamed(api, request.params.name);
      const person = allowed(request, 'campaign', campaign.account, campaign.operation);
      const texts = { ...times, max: max?.toString(), share: share?.toString() };
      const { rules, faults } = readRunRules(texts, clock.now());
      if (faults.length > 0)
        throw invalid(
          faults.map(({ field, problem, remedy }) => ({ pointer: `/${field}`, problem, remedy })),
        );
      // The plan is read once more, which takes a while: a connection that is silent for it is not idle.
      request.raw.setTimeout(0);
      const asked = { hash, count: confirm, rules };
      await orRefused(runCampaign(means, campaign, person, asked), 'Nothing was run:');
      return reply.code(200).send(await told(campaign.name));
    },
  );

  app.post(
    '/v1/campaigns/:name/approve',
    {
      config: { scope: 'approve' },
      schema: {
        ...{
          operationId: 'approveCampaign',
          tags,
          summary: 'Vouch for exactly what was planned, as a second person',
        },
        ...{ params: nameParameter, body: approveBody, response: answers },
      },
    },
    async (request, reply) => {
      const { plan, reason = '' } = request.body;
      const campaign = await campaignNamed(api, request.params.name);
      const person = allowed(request, 'approve', campaign.account, campaign.operation);
      await orRefused(approveCampaign(means, campaign, person, { plan, reason }), 'It was not approved:');
      return reply.code(200).send(await told(campaign.name));
    },
  );

  for (const [step, summary] of [
    ['pause', 'Send nothing more of it; what is under way ends, and until then it is pausing'],
    ['resume', 'Let a paused one go on; its brakes count from there'],
    ['cancel', 'End it: what was not sent stays undeleted; until the last call has ended it is cancelling'],
  ] as const)
    app.post(
      `/v1/campaigns/:name/${step}`,
      {
        config: { scope: 'campaign' },
        schema: {
          ...{ operationId: `${step}Campaign`, tags, summary },
          ...{ params: nameParameter, body: reasonBody, response: answers },
        },
      },
      async (request, reply) => {
        const campaign = await campaignNamed(api, request.params.name);
        const person = allowed(request, 'campaign', campaign.account, campaign.operation);
        const reason = request.body?.reason ?? '';
        await orRefused(steerCampaign(means, campaign, step, person, reason), 'Nothing was changed:');
        await advance(ledger, await campaignNamed(api, campaign.name));
        return reply.code(200).send(await told(campaign.name));
      },
    );
};

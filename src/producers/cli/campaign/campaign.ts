/** `expunge campaign`: bulk purges from a file, planned, approved, run, watched, stopped and reported. */
import type { AddCommand } from '../program.ts';
import { addApprove } from './approve.ts';
import { addCancel, addPause, addResume } from './control.ts';
import { addList } from './list.ts';
import { addPlan } from './plan.ts';
import { addReport } from './report.ts';
import { addRun } from './run.ts';
import { addStatus } from './status.ts';
import { addWatch } from './watch.ts';

export const addCampaign: AddCommand = (program, run) => {
  const campaign = program
    .command('campaign')
    .description('bulk purges from a file: plan, approve, run, watch, pause, cancel, report');
  const looks = [addStatus, addWatch, addList, addReport];
  for (const add of [addPlan, addApprove, addRun, addPause, addResume, addCancel, ...looks])
    add(campaign, run);
};

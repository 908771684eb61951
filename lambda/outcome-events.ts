import type { Dependencies } from './dependencies';
import type { CreateRequest, UpdateRequest } from './events';
import type { ExportRequest } from './export-request';
import { errorText } from './failures';
import { jobArn } from './job';

/** What observes jobs and puts an event when each ends. */
export interface ObserverApi {
  /** Starts an execution, unless there was one with the name. */
  start(name: string, input: string): Promise<void>;
}

/** Has jobs observed. An export does not depend on its event: a failure is only logged, and a later poll tries again. */
export class OutcomeEvents {
  /** Of this process. Another one starts the same executions, which exist already. */
  private readonly observed = new Set<string>();

  constructor(private readonly deps: Dependencies) {}

  /** @returns false if it must be tried again */
  public async observe(event: CreateRequest | UpdateRequest, { datasetArn, jobName, outputUri }: ExportRequest): Promise<boolean> {
    const { outcomes } = this.deps;
    if (outcomes === undefined || this.observed.has(jobName)) { return true; }
    const datasetExportJobArn = jobArn(datasetArn, jobName);
    try {
      await outcomes.start(jobName, JSON.stringify({
        datasetArn, jobName, datasetExportJobArn, outputUri, stackId: event.StackId, logicalResourceId: event.LogicalResourceId,
      }));
      this.observed.add(jobName);
      return true;
    } catch (caught) {
      this.deps.log(event, 'not observed', { jobArn: datasetExportJobArn, detail: errorText(caught) });
      return false;
    }
  }
}

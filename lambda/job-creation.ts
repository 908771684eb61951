import type { Dependencies } from './dependencies';
import type { CreateRequest, ExportPlan, UpdateRequest } from './events';
import { exportRequest, type ExportRequest } from './export-request';
import { errorText, failureKind, isNoRoom } from './failures';
import { jobArn } from './job';
import { jobNameOf } from './job-name';
import { notCreated } from './messages';
import type { OutcomeEvents } from './outcome-events';
import { continues } from './resource';
import { isSettling } from './settling';
import type { Turns } from './turns';

/** The result of an attempt to create a job. Errors that a later attempt may overcome are results; others are thrown. */
type Attempt =
  | { readonly outcome: 'created' }
  /** By an earlier delivery or attempt of this request, or, with a jobName, by somebody else: isComplete compares the inputs. */
  | { readonly outcome: 'exists'; readonly error: string }
  | { readonly outcome: 'no room' | 'not created'; readonly error: string };

/** Creates jobs. */
export class JobCreation {
  constructor(private readonly deps: Dependencies, private readonly turns: Turns, private readonly outcomes: OutcomeEvents) {}

  /** Starts the export of a request, unless it continues with the job of the previous resource. */
  public async start(event: CreateRequest | UpdateRequest, startedAt: number): Promise<ExportPlan> {
    const plan: ExportPlan = { kind: 'export', jobName: jobNameOf(event), startedAt, created: false };
    const request = exportRequest(event.ResourceProperties, plan.jobName, new Date(this.deps.now()));
    if (continues(event.ResourceProperties)) { return plan; }
    const attempt = await this.create(event, startedAt, request);
    if (attempt.outcome === 'created') { return { ...plan, created: true, outputUri: request.outputUri }; }
    return { ...plan, creationError: attempt.error, ...attempt.outcome === 'no room' && { noRoom: true } };
  }

  /** Creates a job, once, however often it is called for the same name. Throws when trying again would not help. */
  public async create(event: CreateRequest | UpdateRequest, startedAt: number, request: ExportRequest): Promise<Attempt> {
    const arn = jobArn(request.datasetArn, request.jobName);
    try {
      await this.deps.personalize.createDatasetExportJob(request);
      this.deps.log(event, 'created', { jobArn: arn });
      this.turns.sawJob(arn);
      await this.outcomes.observe(event, request);
      return { outcome: 'created' };
    } catch (caught) {
      const [kind, error] = [failureKind(caught), errorText(caught)];
      this.deps.log(event, 'create failed', { jobArn: arn, detail: `${kind}: ${error}` });
      const context = { event, jobName: request.jobName, outputUri: request.outputUri, logGroup: this.deps.logGroup };
      const now = this.deps.now();
      switch (kind) {
        case 'exists':
          this.turns.sawJob(arn);
          return { outcome: 'exists', error };
        case 'transient':
          if (!isNoRoom(caught)) { return { outcome: 'not created', error }; }
          this.turns.sawNoJob(arn);
          return { outcome: 'no room', error };
        case 'settling':
        case 'unreachable':
          if (isSettling(startedAt, now)) { return { outcome: 'not created', error }; }
          throw notCreated(context, error, (now - startedAt) / 1000);
        default:
          throw notCreated(context, error);
      }
    }
  }
}

import type { Dependencies } from './dependencies';
import { completed, type IsCompleteResponse, type OnEventRequest } from './events';
import { errorText } from './failures';
import { handsOver, waits } from './resource';

/** Whether it is known that a complete job has written nothing. */
export function isEmpty(response: IsCompleteResponse): boolean {
  return response.IsComplete && response.Data?.ObjectCount === '0';
}

/** Looks at what finished jobs have written. */
export class Inventory {
  constructor(private readonly deps: Dependencies) {}

  /** Complete, with what is in the folder of the job. An export is complete even if nobody may list it. */
  public async completed(event: OnEventRequest, jobArn: string, outputUri: string): Promise<IsCompleteResponse> {
    const { ResourceProperties: properties } = event;
    if (!waits(properties) || handsOver(properties)) { return completed(jobArn, outputUri); }
    try {
      const contents = await this.deps.storage.contentsOf(outputUri);
      const detail = `${contents.objects} objects, ${contents.bytes} bytes in ${outputUri}`;
      this.deps.log(event, contents.objects > 0 ? 'exported' : 'empty export', { jobArn, detail, ...contents.objects === 0 && { level: 'WARN' } });
      return completed(jobArn, outputUri, contents);
    } catch (error) {
      this.deps.log(event, 'not listed', { jobArn, detail: errorText(error), level: 'WARN' });
      return completed(jobArn, outputUri);
    }
  }
}

/** A request to a custom resource and what came back, word for word. */
export interface CustomResourceExchange {
  readonly requestId: string;
  readonly functionArn: string;
  /** simulated time, ISO 8601 */
  readonly sentAt: string;
  /** the event as the function got it */
  readonly request: CustomResourceRequest;
  readonly responses: CustomResourceResponse[];
  /** how CloudFormation took it; absent while it waits */
  outcome?: 'SUCCESS' | 'FAILED' | 'TIMED OUT' | 'CANCELLED';
  /** why, for the failed ones */
  reason?: string;
}

export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ServiceToken: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly ResourceProperties: Record<string, unknown>;
  readonly OldResourceProperties?: Record<string, unknown>;
}

export interface CustomResourceResponse {
  readonly receivedAt: string;
  readonly body: string;
  /** false: came too late, or after another one */
  readonly accepted: boolean;
}

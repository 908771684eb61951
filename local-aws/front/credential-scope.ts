/** What a SigV4 signature says about its request. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** the service's signing name */
  readonly service: string;
}

/** `<access key>/<date>/<region>/<service>/aws4_request`, from the Authorization header or a presigned URL. */
export function credentialScope(headers: Record<string, string | undefined>, query: URLSearchParams): CredentialScope | undefined {
  const credential = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? undefined;
  const [accessKeyId, , region, service] = credential?.split('/') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

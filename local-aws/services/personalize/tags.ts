import { checkQuota } from '../../quotas';

export interface Tag {
  readonly tagKey: string;
  readonly tagValue: string;
}

export function checkTagCount(tags: Tag[]): void {
  checkQuota('personalizeTags', tags.length, most => `The request contains more than ${most} tags`);
}

/** The condition keys of a request with tags. */
export function requestTagContext(tags: Tag[]): Record<string, string | string[]> {
  return tags.length === 0 ? {} : {
    ...Object.fromEntries(tags.map(({ tagKey, tagValue }) => [`aws:RequestTag/${tagKey}`, tagValue])),
    'aws:TagKeys': tags.map(({ tagKey }) => tagKey),
  };
}

/** The condition keys of a request on a tagged resource. */
export function resourceTagContext(tags: Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ tagKey, tagValue }) => [`aws:ResourceTag/${tagKey}`, tagValue]));
}

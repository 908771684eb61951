import { ServiceError } from '../../core';

export interface Tag {
  readonly tagKey: string;
  readonly tagValue: string;
}

const TAGS_PER_RESOURCE = 50;

export function checkTagCount(tags: Tag[]): void {
  if (tags.length > TAGS_PER_RESOURCE) { throw new ServiceError('TooManyTagsException', `The request contains more than ${TAGS_PER_RESOURCE} tags`); }
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

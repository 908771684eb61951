/** What AWS takes of a description. A construct's path may be longer, and in any language. */
export function shortDescription(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, '');
}

/** IAM takes only some characters: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export function roleDescription(text: string): string {
  return shortDescription(text.replace(/[^\x20-\x7E\xA1-\xFF]/gu, '?'), 1000);
}

/** Characters of the request's hash at the end of a generated job name: the handler writes them, IAM patterns count them. */
export const REQUEST_HASH_LENGTH = 16;

'use strict';
/** Loaded into the CDK CLI: it looks at a stack every few seconds, which are seconds of simulated time. Its time limits stay as they are. */
const SPEED = 25;
const realSetTimeout = setTimeout;

/** A promise's own function that resolves it: nothing else happens after the wait. */
function isWait(callback) {
  return callback.name === '' && Function.prototype.toString.call(callback) === 'function () { [native code] }';
}

globalThis.setTimeout = Object.assign(
  (callback, ms, ...args) => realSetTimeout(callback, isWait(callback) ? ms / SPEED : ms, ...args),
  realSetTimeout,
);

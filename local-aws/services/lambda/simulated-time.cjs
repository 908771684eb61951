'use strict';
/** Timers of a function process in simulated time, and what the process waits for: local AWS lets time go on when that is time. */
const { subscribe } = require('diagnostics_channel');
const { syncBuiltinESMExports } = require('module');
const timers = require('timers');
const timersPromises = require('timers/promises');
const { promisify } = require('util');
const { setTime } = require('./preload.cjs');

/** Real milliseconds between two looks at what the process waits for. */
const LOOK_MS = 5;
/** What the event loop keeps open without doing anything; everything else is work. */
const IDLE_RESOURCES = new Set(['PipeWrap', 'TTYWrap', 'TCPSocketWrap', 'TLSWrap', 'Timeout']);
const real = { setInterval };

class Timer {
  constructor(due, callback, args, interval) {
    Object.assign(this, { due, callback, args, interval });
  }
  ref() { return this; }
  unref() { return this; }
  hasRef() { return true; }
  refresh() { this.restart(); return this; }
  close() { this.cancel(); return this; }
  [Symbol.toPrimitive]() { return this.id; }
}

exports.SimulatedTime = class {
  #now = Date.now();
  #timers = new Map();
  #count = 0;
  #requests = new Set();
  #started = 0;
  #report;
  #reported;
  #busy = true;

  /** @param report gets the number of requests that wait for their answers, and the time of the next timer */
  constructor(report) {
    this.#report = report;
    this.#replaceTimers();
    this.#watchRequests();
    real.setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Local AWS woke the process, or invoked the function. */
  goOn(now) {
    this.#busy = true;
    this.#reported = undefined;
    this.#now = now;
    setTime(now);
    for (let timer = this.#next(); timer && timer.due <= now; timer = this.#next()) { this.#fire(timer); }
  }

  /** Between two invocations, the process does nothing. */
  pause() {
    this.#busy = false;
  }

  #next() {
    return [...this.#timers.values()].reduce((first, timer) => first && first.due <= timer.due ? first : timer, undefined);
  }

  #fire(timer) {
    if (timer.interval === undefined) { this.#timers.delete(timer.id); } else { timer.restart(); }
    timer.callback(...timer.args);
  }

  #look() {
    if (!this.#busy || process.getActiveResourcesInfo().some((name) => !IDLE_RESOURCES.has(name))) { return; }
    for (const request of this.#requests) {
      if (request.closed || request.destroyed || request.res?.complete) { this.#requests.delete(request); }
    }
    const waits = { requests: this.#requests.size, until: this.#next()?.due };
    const state = JSON.stringify([waits, this.#started]);
    if (state !== this.#reported) { this.#report(waits); }
    this.#reported = state;
  }

  #watchRequests() {
    const begin = (request) => {
      this.#started++;
      this.#requests.add(request);
    };
    const end = ({ request }) => this.#requests.delete(request);
    subscribe('http.client.request.start', ({ request }) => begin(request));
    subscribe('undici:request:create', ({ request }) => begin(request));
    subscribe('undici:request:trailers', end);
    subscribe('undici:request:error', end);
  }

  #start(callback, ms, args, interval) {
    const length = ms >= 1 && ms <= 0x7fffffff ? Number(ms) : 1;
    const timer = new Timer(this.#now + length, callback, args, interval ? length : undefined);
    timer.id = ++this.#count;
    timer.cancel = () => this.#timers.delete(timer.id);
    timer.restart = () => {
      timer.due = this.#now + length;
      this.#timers.set(timer.id, timer);
    };
    timer.restart();
    return timer;
  }

  #replaceTimers() {
    const start = (interval) => (callback, ms, ...args) => this.#start(callback, ms, args, interval);
    const clear = (timer) => { this.#timers.delete(timer instanceof Timer ? timer.id : Number(timer)); };
    const sleep = (ms, value, { signal } = {}) => new Promise((resolve, reject) => {
      const timer = this.#start(() => resolve(value), ms, []);
      signal?.addEventListener('abort', () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
    const replaced = { setTimeout: start(false), setInterval: start(true), clearTimeout: clear, clearInterval: clear };
    replaced.setTimeout[promisify.custom] = sleep;
    Object.assign(globalThis, replaced);
    Object.assign(timers, replaced);
    timersPromises.setTimeout = sleep;
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      this.#start(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms, []);
      return controller.signal;
    };
    syncBuiltinESMExports();
  }
};

'use strict';
/**
 * Loaded into every function process before anything else: simulated time, and the way to the hosts that CloudFormation
 * wants its answers and signals at. The settings leave the environment, so that the function sees what Lambda would give it.
 */
const net = require('node:net');
const timers = require('node:timers');
const timersPromises = require('node:timers/promises');

function setting(name) {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

const origin = Number(setting('LOCAL_AWS_CLOCK_ORIGIN'));
const speed = Number(setting('LOCAL_AWS_CLOCK_SPEED'));
const responseHosts = setting('LOCAL_AWS_RESPONSE_HOST')?.split(',');
const responsePort = Number(setting('LOCAL_AWS_RESPONSE_PORT'));

/** A call to local AWS takes real time: no simulated time limit may be shorter than that. */
const LEAST_MILLISECONDS = 400;

if (speed && speed !== 1) {
  scaleDate();
  scaleTimers();
}
if (responseHosts) {
  redirect();
}

function scaleDate() {
  const RealDate = Date;
  const now = () => Math.floor(origin + (RealDate.now() - origin) * speed);
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, property, receiver) => property === 'now' ? now : Reflect.get(target, property, receiver),
  });
}

function realDelay(delay = 0) {
  return Math.max(delay / speed, Math.min(delay, LEAST_MILLISECONDS));
}

function scaleTimers() {
  for (const name of ['setTimeout', 'setInterval']) {
    const real = timers[name];
    // setTimeout carries util.promisify.custom along, which must be scaled as well
    const scaled = (callback, delay, ...args) => real(callback, realDelay(delay), ...args);
    const promised = timersPromises[name];
    timersPromises[name] = (delay, ...args) => promised(realDelay(delay), ...args);
    Object.defineProperty(scaled, Symbol.for('nodejs.util.promisify.custom'), { value: timersPromises[name] });
    timers[name] = globalThis[name] = scaled;
  }
}

/** The provider framework drops the port of the ResponseURL, and 443 is not to be had without root. TLS still checks the name. */
function redirect() {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    const normalized = Array.isArray(args[0]) ? args[0] : args;
    const options = normalized[0];
    if (options && responseHosts.includes(options.host) && Number(options.port) === 443) {
      const redirected = { ...options, host: '127.0.0.1', port: responsePort };
      return connect.call(this, redirected, normalized.find((argument) => typeof argument === 'function'));
    }
    return connect.apply(this, args);
  };
}

'use strict';
/**
 * Loaded into every function process before anything else: simulated time, and the way to the hosts that CloudFormation
 * wants its answers and signals at. The settings leave the environment, so that the function sees what Lambda would give it.
 */
const net = require('node:net');

function setting(name) {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

let clockOffset = Number(setting('LOCAL_AWS_CLOCK_OFFSET') ?? 0);
const responseHosts = setting('LOCAL_AWS_RESPONSE_HOST')?.split(',');
const responsePort = Number(setting('LOCAL_AWS_RESPONSE_PORT'));

/** Simulated time may have run fast between two invocations. */
exports.setClockOffset = (offset) => {
  clockOffset = offset;
};

simulateDate();
if (responseHosts) {
  redirect();
}

function simulateDate() {
  const RealDate = Date;
  const now = () => RealDate.now() + clockOffset;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, property, receiver) => property === 'now' ? now : Reflect.get(target, property, receiver),
  });
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

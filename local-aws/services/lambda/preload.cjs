'use strict';
/**
 * Loaded into every function process before anything else: simulates time, and redirects responses to CloudFormation to local AWS.
 * Removes its settings from the environment, so that the function sees what Lambda would give it.
 */
const net = require('net');

function setting(name) {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

let time = setting('LOCAL_AWS_TIME');
const responseHost = setting('LOCAL_AWS_RESPONSE_HOST');
const responsePort = Number(setting('LOCAL_AWS_RESPONSE_PORT'));

/** While a function works, simulated time stands still. */
exports.setTime = (milliseconds) => {
  time = milliseconds;
};

// processes that the function starts live in real time
if (time !== undefined) { simulateDate(); }
if (responseHost) { redirect(); }

function simulateDate() {
  const RealDate = Date;
  const now = () => Number(time);
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, property, receiver) => property === 'now' ? now : Reflect.get(target, property, receiver),
  });
}

/** The Provider framework drops the port of the ResponseURL, and only root may listen on 443. TLS still checks the host name. */
function redirect() {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    const normalized = Array.isArray(args[0]) ? args[0] : args;
    const options = normalized[0];
    if (options && options.host === responseHost && Number(options.port) === 443) {
      const redirected = { ...options, host: '127.0.0.1', port: responsePort };
      return connect.call(this, redirected, normalized.find((argument) => typeof argument === 'function'));
    }
    return connect.apply(this, args);
  };
}

'use strict';
/** Patches the console as Lambda's Node.js runtime does: with levels, the request ID, and JSON lines if the function is configured for them. */
const { format } = require('util');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const METHODS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };

exports.patchConsole = (logFormat, minimum, requestId) => {
  const line = logFormat === 'JSON' ? jsonLine : textLine;
  for (const [method, level] of Object.entries(METHODS)) {
    console[method] = (...args) => {
      if (logFormat !== 'JSON' || LEVELS.indexOf(level) >= LEVELS.indexOf(minimum)) { process.stdout.write(line(level, requestId(), args) + '\n'); }
    };
  }
};

// a line break would start another log event: Lambda sends carriage returns
function textLine(level, requestId, args) {
  return `${new Date().toISOString()}\t${requestId ?? 'undefined'}\t${level}\t${format(...args)}`.replace(/\n/g, '\r');
}

function jsonLine(level, requestId, args) {
  const message = args.length === 1 && !(args[0] instanceof Error) ? args[0] : format(...args);
  return JSON.stringify({ timestamp: new Date().toISOString(), level, requestId, message });
}

import { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers';
import { IncomingMessage, OutgoingMessage } from 'node:http';
import { Server, Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { isMainThread, Worker } from 'node:worker_threads';
import pg from 'pg';

/**
 * `node --import ./test/support/unheard-errors.mjs ...` finds what can emit an 'error' while nobody listens, which would
 * end the process: connections, pools, servers, sockets, streams, child processes and workers that our code or a package
 * makes. What it finds is appended to the file UNHEARD_ERRORS, a line each. A listener for one error (`once`) is none for
 * the next.
 */
const FILE = process.env.UNHEARD_ERRORS;
const found = new Set();

/** What Node makes for itself, it listens to; an answer of HTTP breaks with its socket, which the server listens to. */
const KINDS = [pg.Client, pg.Pool, Server, Socket, ChildProcess, Readable, Writable, Worker];
const isWatched = (emitter) =>
  KINDS.some((kind) => emitter instanceof kind) &&
  !(emitter instanceof IncomingMessage || emitter instanceof OutgoingMessage);

/** Nothing happens to it yet, or any more. */
function isAtRest(emitter) {
  if (emitter instanceof pg.Client) return false;
  if (emitter instanceof Server) return !emitter.listening;
  if (emitter instanceof Socket) return emitter.destroyed || (emitter.pending && !emitter.connecting);
  if (emitter instanceof ChildProcess) return emitter.exitCode !== null || emitter.signalCode !== null;
  return emitter.destroyed === true || emitter.ended === true;
}

const isHeard = (emitter) => emitter.rawListeners('error').some((listener) => listener.listener === undefined);

function look(emitter, made, moment) {
  if (isHeard(emitter) || isAtRest(emitter)) return;
  const line = `${emitter.constructor.name} ${moment}, made ${made}`;
  if (!found.has(line)) appendFileSync(FILE, `${line}\n`);
  found.add(line);
}

/** The first frame outside of Node; undefined where Node makes it for itself, such as the worker of its module hooks. */
function madeAt() {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  const frames = stack.split('\n').filter((line) => line.includes('/') && !line.includes('unheard-errors'));
  if (frames.some((line) => line.includes('node:internal/modules/esm/hooks'))) return undefined;
  return frames.find((line) => !line.includes('node:'))?.trim();
}

if (isMainThread && FILE) {
  const watched = new WeakMap();
  const { init, prototype } = EventEmitter;
  EventEmitter.init = function (options) {
    init.call(this, options);
    if (!isWatched(this)) return;
    const made = madeAt();
    if (!made) return;
    watched.set(this, made);
    // whoever made it has had time to listen
    setImmediate(look, this, made, 'from the beginning');
  };
  for (const name of ['removeListener', 'removeAllListeners']) {
    const remove = prototype[name];
    const watching = function (...args) {
      const result = remove.apply(this, args);
      const made = watched.get(this);
      if (made && (args[0] === 'error' || args[0] === undefined)) look(this, made, 'at a moment in between');
      return result;
    };
    prototype[name] = watching;
    if (name === 'removeListener') prototype.off = watching;
  }
  const { connect } = pg.Client.prototype;
  pg.Client.prototype.connect = function (...args) {
    look(this, watched.get(this), 'from the beginning');
    return connect.apply(this, args);
  };
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...args) {
    this.once('listening', () => setImmediate(look, this, watched.get(this), 'once it listens'));
    return listen.apply(this, args);
  };
}

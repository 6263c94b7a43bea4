import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What a name has; `nothing` for a name that exists without addresses, `silence` for no answer at all. */
export type NameAnswer = readonly string[] | 'unknown' | 'broken' | 'silence';

/** A name server (RFC 1035) that knows IPv4 and IPv6 addresses. */
export interface NameServer {
  /** As a resolver takes it. */
  readonly address: string;
  /** Every question so far, like `A cat.example`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

const A = 1;
const AAAA = 28;
const CODES = { unknown: 3, broken: 2 };

/** Starts a name server on a free UDP port of the loopback interface. */
export async function startNameServer(
  names: Readonly<Record<string, NameAnswer | Readonly<Record<'A' | 'AAAA', NameAnswer>>>>,
): Promise<NameServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    const { name, type, end } = readQuestion(query);
    const kind = type === AAAA ? 'AAAA' : 'A';
    questions.push(`${kind} ${name}`);
    const known = names[name] ?? 'unknown';
    const answer = typeof known === 'object' && 'A' in known ? known[kind] : known;
    if (answer === 'silence') return;
    const code = typeof answer === 'string' ? CODES[answer] : 0;
    const addresses =
      typeof answer === 'string' ? [] : answer.filter((each) => each.includes(':') === (type === AAAA));
    const header = Buffer.from([
      query[0] ?? 0,
      query[1] ?? 0,
      0x81,
      0x80 | code,
      0,
      1,
      0,
      addresses.length,
      0,
      0,
      0,
      0,
    ]);
    const records = addresses.map((each) => toRecord(each, type));
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** The name is a pointer to the question; the record is good for no second. */
function toRecord(address: string, type: number): Buffer {
  const data = type === A ? Buffer.from(address.split('.').map(Number)) : toBytes(address);
  return Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]), data]);
}

function toBytes(address: string): Buffer {
  const [front = [], back = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const groups = [...front, ...new Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

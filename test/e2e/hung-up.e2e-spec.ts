import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fillLedger } from '../support/large-ledger.ts';
import { World, type Practice } from '../support/world.ts';

/** As many places as a user has take 24 of them. */
const REQUESTS = 60;
const A_WHILE_MS = 1_500;
const LIST = '{ appointments(first: 200) { nodes { id patient { id } } } }';
/** Takes as many places as one call can: more than are left where those of others were not given back. */
const DEAR = '{ sessions(first: 200) { nodes { id narrativeNotes } } }';

describe('given somebody who sends many requests one behind the other and reads no answer', () => {
  let world: World;
  let practice: Practice;
  let port: number;
  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    await fillLedger(world.test.database.ownerUrl, 8 * 96, { organizations: [practice.id] });
    await world.test.app.listen(0, '127.0.0.1');
    ({ port } = world.test.app.getHttpServer().address() as AddressInfo);
  });
  afterAll(() => world.close());

  it('when they hang up, then their places are free for the next call', async () => {
    const body = JSON.stringify({ query: LIST });
    const request = `POST /graphql HTTP/1.1\r\nhost: api\r\nauthorization: Bearer ${practice.admin}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const socket = connect({ host: '127.0.0.1', port }).pause();
    await once(socket, 'connect');
    socket.write(request.repeat(REQUESTS));
    await sleep(A_WHILE_MS);
    socket.destroy();
    const { errors } = await world.query(DEAR, {}, practice.admin);
    expect(errors).toBeUndefined();
  });
});

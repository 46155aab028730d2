import { describe, expect, it } from '@jest/globals';
import { openDoor } from './open-door.ts';

const door = { port: 80, host: 'localhost', settings: { port: 'PORT', host: 'HOST' } };

describe('given a door that the system does not open', () => {
  const refusalOf = (code: string) =>
    openDoor(door, () => Promise.reject(Object.assign(new Error('listen'), { code }))).catch(
      (error: unknown) => (error as Error).message,
    );

  it('when the port belongs to the system, then the line names the setting and the ports that do not', async () => {
    expect(await refusalOf('EACCES')).toBe('PORT: this user may not listen on port 80. Set PORT to 1024 or more.');
  });

  it('when the host does not exist, then the line names its setting', async () => {
    expect(await refusalOf('ENOTFOUND')).toMatch(/^HOST: localhost is no address of this machine\. Set HOST to one/);
  });

  it('when it is none of the reasons that a setting can have, then the error is passed on', async () => {
    expect(await refusalOf('EMFILE')).toBe('listen');
  });
});

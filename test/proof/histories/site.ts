import type { Practice, World } from '../../support/world.ts';
import type { Name } from './requests.ts';
import type { State } from './state.ts';

const PATIENTS = 2;
const PRACTITIONERS = 2;
const AUTHORIZATIONS_OF_A_PATIENT = 2;
/** Room for a few visits: the last units are what the clients quarrel about. */
const UNITS = 10;

/** Names for ids, both ways. */
export class Names {
  private readonly ids = new Map<Name, string>();
  private readonly names = new Map<string, Name>();
  private readonly counts = new Map<string, number>();

  /** The name of an id: a new one, such as V7, where it was never seen. */
  of(id: string, letter: string): Name {
    const known = this.names.get(id);
    if (known !== undefined) return known;
    const count = (this.counts.get(letter) ?? 0) + 1;
    const name = `${letter}${count}`;
    this.counts.set(letter, count);
    this.names.set(id, name);
    this.ids.set(name, id);
    return name;
  }

  idOf(name: Name): string {
    const id = this.ids.get(name);
    if (id === undefined) throw new Error(`${name} was never seen.`);
    return id;
  }
}

/** Few people and few units, that calls collide over. */
export interface Site {
  readonly names: Names;
  readonly initial: State;
  readonly practitioners: readonly Name[];
}

/** Makes people and authorizations that no history before has used. */
export async function newSite(world: World, practice: Practice): Promise<Site> {
  const names = new Names();
  const { admin } = practice;
  const practitioners: Name[] = [];
  for (let count = 0; count < PRACTITIONERS; count++) {
    const input = { firstName: 'Pat', lastName: 'Practitioner', licenseNumber: 'L-1', specialization: 'ABA' };
    practitioners.push(names.of((await world.make('createPractitioner', input, admin)).id, 'P'));
  }
  const accounts: Record<Name, State['accounts'][string]> = {};
  for (let count = 0; count < PATIENTS; count++) {
    const input = {
      firstName: 'Ann',
      lastName: 'Patient',
      dateOfBirth: '2015-05-05',
      medicalRecordNumber: crypto.randomUUID(),
    };
    const { id } = await world.make('createPatient', input, admin);
    const patient = names.of(id, 'N');
    for (let each = 0; each < AUTHORIZATIONS_OF_A_PATIENT; each++) {
      const name = names.of(await world.authorization(practice, id, { totalUnits: UNITS }), 'A');
      accounts[name] = { patient, total: UNITS, reserved: 0, used: 0, version: 1 };
    }
  }
  return { names, practitioners, initial: { accounts, visits: {}, claims: {} } };
}

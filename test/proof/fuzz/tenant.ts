import { Secret, TOTP } from 'otpauth';
import { PASSWORD, type Made, type World } from '../../support/world.ts';

export type Kind =
  | 'Organization'
  | 'User'
  | 'Patient'
  | 'Practitioner'
  | 'ServiceCode'
  | 'Authorization'
  | 'Appointment'
  | 'Session'
  | 'EmergencyAccessGrant';

/** Somebody with an account. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
}

const NEWEST = 12;
const HOUR_MS = 3_600_000;
const TOTP_STEP_MS = 30_000;
const FIRST_PAST_DAY = Date.UTC(2021, 0, 1, 12);

/** One of two practices: every text of it holds its marker, so that the other's may be looked for in every answer. */
export class Tenant {
  readonly organizationId: string;
  readonly refreshTokens: string[] = [];
  readonly victims: Account[] = [];
  private readonly givenOut = new Set<string>();
  admin: Account;
  practitioner: Account;
  patient: Account;
  enrolling: Account & { code: () => string };
  enrolled: Account & { code: () => string };
  enrollingAtLogin: { email: string; code: () => string };
  private readonly ids = new Map<Kind, string[]>();
  private visits = 0;
  private accounts = 0;

  private constructor(
    private readonly world: World,
    readonly marker: string,
    organizationId: string,
  ) {
    this.organizationId = organizationId;
    this.ids.set('Organization', [organizationId]);
  }

  static async found(world: World, marker: string, timeZone: string): Promise<Tenant> {
    const adminEmail = `${marker}-admin@fuzz.example`;
    const founding = { name: `${marker} practice`, timeZone, adminEmail, adminPassword: PASSWORD };
    const { id } = await world.make('createOrganization', founding, world.superAdmin);
    const tenant = new Tenant(world, marker, id);
    tenant.admin = await tenant.signIn(adminEmail);
    await tenant.people();
    await tenant.records();
    await tenant.secondFactors();
    return tenant;
  }

  /** The first of its kind, all of which fit each other, or another. */
  id(kind: Kind, pick: number): string {
    const ids = this.all(kind);
    return ids[pick % ids.length]!;
  }

  freshId(kind: Kind, pick: number): string {
    const ids = this.all(kind);
    return ids[ids.length - 1 - (pick % Math.min(NEWEST, ids.length))]!;
  }

  anyId(pick: number): string {
    const kinds = [...this.ids.keys()];
    return this.freshId(kinds[pick % kinds.length]!, Math.floor(pick / kinds.length));
  }

  emailOfVictim(pick: number): string {
    return this.victims[pick % this.victims.length]!.email;
  }

  /** Each serves once, so this one is not given out again; once there is none left, the last. */
  takeRefreshToken(): string {
    const token = this.refreshTokens.length > 1 ? this.refreshTokens.pop()! : this.refreshTokens[0]!;
    this.givenOut.add(token);
    return token;
  }

  /** Whether the text holds what one of its people signs in with. */
  isProvenBy(text: string): boolean {
    const names = [...this.victims, this.enrollingAtLogin].map(({ email }) => email);
    return [...names, ...this.givenOut].some((secret) => text.includes(secret));
  }

  /** More of what successful calls have used up. */
  async replenish(): Promise<void> {
    await this.visit();
    await this.authorization(1);
    await this.grant();
    if (this.refreshTokens.length < 4) this.refreshTokens.push((await this.signIn(this.emailOfVictim(0))).refreshToken);
  }

  private all(kind: Kind): string[] {
    const ids = this.ids.get(kind) ?? [];
    this.ids.set(kind, ids);
    return ids;
  }

  private async make(kind: Kind, name: string, input: object, selection?: string): Promise<Made> {
    const made = await this.world.make(name, input, this.admin.token, selection);
    this.all(kind).push(made.id);
    return made;
  }

  private async people(): Promise<void> {
    const { marker } = this;
    const name = { firstName: `${marker} first`, lastName: `${marker} last` };
    for (const number of [0, 1, 2]) {
      const practitioner = { ...name, licenseNumber: `${marker} ${number}`, specialization: `${marker} ABA` };
      await this.make('Practitioner', 'createPractitioner', practitioner);
      const patient = { ...name, dateOfBirth: '2015-05-05', phoneNumber: `${marker} 555` };
      await this.make('Patient', 'createPatient', { ...patient, medicalRecordNumber: `${marker} ${number}` });
    }
    const roles = (number: number): object[] => [
      { role: 'PRACTITIONER', practitionerId: this.id('Practitioner', number) },
      { role: 'PATIENT', patientId: this.id('Patient', number) },
    ];
    const [practitioner, patient] = roles(0);
    this.practitioner = await this.account(practitioner!);
    this.patient = await this.account(patient!);
    for (const victim of [{ role: 'ADMIN' }, ...roles(1)]) this.victims.push(await this.account(victim));
    this.ids.set(
      'User',
      this.victims.map(({ id }) => id),
    );
    this.refreshTokens.push(...this.victims.map(({ refreshToken }) => refreshToken));
  }

  private async records(): Promise<void> {
    const description = `${this.marker} description`;
    await this.world.make('createServiceCode', { code: '97153', description }, this.admin.token);
    for (const code of ['97155', '97156']) await this.make('ServiceCode', 'createServiceCode', { code, description });
    for (const patient of [0, 1, 2]) await this.authorization(patient);
    for (let number = 0; number < NEWEST; number++) await this.visit();
    const appointmentId = await this.visit();
    const words = `${this.marker} narrative`;
    const delivered = { appointmentId, narrativeNotes: words, metrics: { [words]: words } };
    await this.make('Session', 'completeAppointment', {
      ...delivered,
      voiceRecordingUrl: `https://${this.marker}.example/`,
    });
    await this.world.make('cancelAppointment', { id: await this.visit(), reason: words }, this.admin.token);
    await this.grant();
  }

  private async authorization(patient: number): Promise<void> {
    const words = { authorizationNumber: `${this.marker} number`, payerName: `${this.marker} payer` };
    await this.make('Authorization', 'createAuthorization', {
      ...{ patientId: this.id('Patient', patient), serviceCodes: ['97153'], totalUnits: 1_000_000 },
      ...{ startDate: '2020-01-01', endDate: '2040-12-31', ...words },
    });
  }

  /** Of the past, so that it may also be started, completed and missed. */
  private async visit(): Promise<string> {
    const start = FIRST_PAST_DAY + Math.floor(this.visits / 4) * 24 * HOUR_MS + (this.visits++ % 4) * HOUR_MS;
    const ids = { patientId: this.id('Patient', 0), practitionerId: this.id('Practitioner', 0) };
    const { id } = await this.make('Appointment', 'createAppointment', {
      ...{ ...ids, authorizationId: this.id('Authorization', 0), notes: `${this.marker} notes` },
      ...{ startTime: new Date(start).toISOString(), endTime: new Date(start + HOUR_MS).toISOString() },
    });
    return id;
  }

  private async grant(): Promise<void> {
    const whom = { patientId: this.id('Patient', 1), grantedToUserId: this.victims[1]!.id, durationMinutes: 480 };
    const justification = `${this.marker} justification of an emergency`;
    await this.make('EmergencyAccessGrant', 'grantEmergencyAccess', { ...whom, justification });
  }

  private async secondFactors(): Promise<void> {
    this.enrolling = await this.begun();
    this.enrollingAtLogin = await this.begun();
    const { code, ...enrolled } = await this.begun();
    const text = 'mutation($code: String!) { confirmTotpEnrolment(code: $code) }';
    await this.world.query(text, { code: code() }, enrolled.token);
    // a code serves once, so that the next one is of the half minute to come
    this.enrolled = { ...enrolled, code: () => code(1) };
  }

  private async begun(): Promise<Account & { code: (ahead?: number) => string }> {
    const account = await this.account({ role: 'ADMIN' });
    const text = 'mutation($p: String!) { beginTotpEnrolment(password: $p) { secret } }';
    const { data } = await this.world.query(text, { p: PASSWORD }, account.token);
    const { secret } = (data as { beginTotpEnrolment: { secret: string } }).beginTotpEnrolment;
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    return { ...account, code: (ahead = 0) => totp.generate({ timestamp: Date.now() + ahead * TOTP_STEP_MS }) };
  }

  private async account(input: object): Promise<Account> {
    const email = `${this.marker}-${this.accounts++}@fuzz.example`;
    await this.world.make('createUser', { email, password: PASSWORD, ...input }, this.admin.token);
    return this.signIn(email);
  }

  private async signIn(email: string): Promise<Account> {
    const text = 'mutation($input: LoginInput!) { login(input: $input) { accessToken refreshToken user { id } } }';
    const { data, errors } = await this.world.query(text, { input: { email, password: PASSWORD } });
    if (errors) throw new Error(JSON.stringify(errors));
    const { accessToken, refreshToken, user } = (data as { login: SignedIn }).login;
    return { id: user.id, email, token: accessToken, refreshToken };
  }
}

interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: { readonly id: string };
}

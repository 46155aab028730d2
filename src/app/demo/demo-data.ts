export interface DemoLogin {
  readonly email: string;
  readonly password: string;
  readonly who: string;
}

export const DEMO_PASSWORD = 'demo-Passw0rd!';

/** Is made last: with it the demo is complete. */
export const DEMO_SUPER_ADMIN = 'super@demo.example';

const login = (email: string, who: string): DemoLogin => ({ email, who, password: DEMO_PASSWORD });

export const DEMO_LOGINS: readonly DemoLogin[] = [
  login(DEMO_SUPER_ADMIN, 'super admin, every organization'),
  login('admin@sunrise.example', 'admin, Sunrise Therapy'),
  login('practitioner@sunrise.example', 'practitioner, Sunrise Therapy'),
  login('patient@sunrise.example', 'patient, Sunrise Therapy'),
  login('admin@harbor.example', 'admin, Harbor Therapy'),
  login('practitioner@harbor.example', 'practitioner, Harbor Therapy'),
  login('patient@harbor.example', 'patient, Harbor Therapy'),
];

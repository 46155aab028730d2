/** Who and what the two sample practices are made of. All of it is invented. */

export interface DemoPerson {
  readonly firstName: string;
  readonly lastName: string;
}

export interface DemoPractice {
  readonly name: string;
  readonly timeZone: string;
  /** Of its logins, and the start of its record numbers. */
  readonly domain: string;
  readonly prefix: string;
  readonly practitioners: readonly (DemoPerson & { readonly specialization: string })[];
  /** Two for each practitioner, in the same order. */
  readonly patients: readonly (DemoPerson & { readonly dateOfBirth: string })[];
}

export const DEMO_PRACTICES: readonly DemoPractice[] = [
  {
    name: 'Sunrise Therapy',
    timeZone: 'America/Chicago',
    domain: 'sunrise.example',
    prefix: 'SUN',
    practitioners: [
      { firstName: 'Maya', lastName: 'Okafor', specialization: 'Applied behavior analysis' },
      { firstName: 'Daniel', lastName: 'Reyes', specialization: 'Early intervention' },
      { firstName: 'Priya', lastName: 'Natarajan', specialization: 'Social skills groups' },
    ],
    patients: [
      { firstName: 'Leo', lastName: 'Martin', dateOfBirth: '2016-03-14' },
      { firstName: 'Ava', lastName: 'Johnson', dateOfBirth: '2018-07-02' },
      { firstName: 'Noah', lastName: 'Kim', dateOfBirth: '2015-11-23' },
      { firstName: 'Zoe', lastName: 'Garcia', dateOfBirth: '2019-01-30' },
      { firstName: 'Eli', lastName: 'Brown', dateOfBirth: '2017-05-09' },
      { firstName: 'Mia', lastName: 'Davis', dateOfBirth: '2014-09-18' },
    ],
  },
  {
    name: 'Harbor Therapy',
    timeZone: 'America/New_York',
    domain: 'harbor.example',
    prefix: 'HAR',
    practitioners: [
      { firstName: 'Grace', lastName: 'Lindqvist', specialization: 'Applied behavior analysis' },
      { firstName: 'Omar', lastName: 'Haddad', specialization: 'Parent coaching' },
      { firstName: 'Ruth', lastName: 'Feldman', specialization: 'Assessment' },
    ],
    patients: [
      { firstName: 'Sam', lastName: 'Walker', dateOfBirth: '2016-12-05' },
      { firstName: 'Ella', lastName: 'Nguyen', dateOfBirth: '2017-04-21' },
      { firstName: 'Theo', lastName: 'Clark', dateOfBirth: '2018-10-11' },
      { firstName: 'Nora', lastName: 'Silva', dateOfBirth: '2015-02-27' },
      { firstName: 'Max', lastName: 'Young', dateOfBirth: '2019-08-16' },
      { firstName: 'Iris', lastName: 'Cohen', dateOfBirth: '2014-06-03' },
    ],
  },
];

/** All counted 15/8/8: a unit is 15 minutes, begun at the eighth. */
export const DEMO_SERVICE_CODES = [
  { code: '97151', description: 'Behavior identification assessment' },
  { code: '97153', description: 'Adaptive behavior treatment by protocol' },
  { code: '97155', description: 'Adaptive behavior treatment with protocol modification' },
  { code: '97156', description: 'Family adaptive behavior treatment guidance' },
] as const;

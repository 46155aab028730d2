export interface Example {
  readonly query: string;
  readonly variables: string;
}

/**
 * The tabs a new page shows. They work on the demo data in this order; a {{placeholder}} is filled from the answers of
 * the tabs before (placeholders.ts). The names of the operations are the titles of the tabs.
 */
export const EXAMPLES: readonly Example[] = [
  example(
    `
# Press the play button, or Ctrl-Enter. The token then
# goes into the box above, and with every request.
#
# Other demo logins: admin@sunrise.example,
# patient@sunrise.example, super@demo.example.
# The docs of the whole API: the book, top left.

mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    accessToken
    expiresIn
    user {
      email
      role
    }
  }
}`,
    { input: { email: 'practitioner@sunrise.example', password: 'demo-Passw0rd!' } },
  ),
  example(
    `
# Who am I, who is Leo, what has his payer approved?
# The next tabs take their ids from this answer:
# {{practitionerId}}, {{patientId}}, and of the first
# ACTIVE authorization {{authorizationId}}.

query FindPeople($search: String!) {
  me {
    practitioner {
      id
      firstName
      lastName
    }
  }
  patients(first: 1, filter: { search: $search }) {
    nodes {
      id
      firstName
      lastName
      authorizations {
        nodes {
          id
          status
          startDate
          endDate
          availableUnits
          serviceCodes {
            code
            description
          }
        }
      }
    }
  }
}`,
    { search: 'Leo' },
  ),
  example(
    `
# An hour of tomorrow: 4 units of 15 minutes,
# reserved from now on.
#
# Run it twice: the same idempotencyKey gives the same
# appointment, and nothing more is reserved.
# With another key it is a SCHEDULING_CONFLICT.

mutation BookVisit($input: CreateAppointmentInput!) {
  createAppointment(input: $input) {
    id
    status
    startTime
    endTime
    unitsReserved
    authorization {
      totalUnits
      usedUnits
      reservedUnits
      availableUnits
    }
  }
}`,
    {
      input: {
        patientId: '{{patientId}}',
        practitionerId: '{{practitionerId}}',
        authorizationId: '{{authorizationId}}',
        startTime: '{{tomorrow}}T21:15:00Z',
        endTime: '{{tomorrow}}T22:15:00Z',
        idempotencyKey: 'playground-{{tomorrow}}',
      },
    },
  ),
  example(
    `
# A visit is completed once it is over, and may be
# entered late: this one was yesterday.
# The next tab takes its id: {{visitId}}.

mutation EnterPastVisit($input: CreateAppointmentInput!) {
  visit: createAppointment(input: $input) {
    id
    status
    startTime
    endTime
    unitsReserved
  }
}`,
    {
      input: {
        patientId: '{{patientId}}',
        practitionerId: '{{practitionerId}}',
        authorizationId: '{{authorizationId}}',
        startTime: '{{yesterday}}T12:00:00Z',
        endTime: '{{yesterday}}T13:00:00Z',
        location: 'HOME',
        idempotencyKey: 'playground-past-{{yesterday}}',
      },
    },
  ),
  example(
    `
# It took 45 minutes of the 60: 3 units are consumed,
# the fourth is free again.

mutation CompleteVisit($input: CompleteAppointmentInput!) {
  completeAppointment(input: $input) {
    id
    status
    durationMinutes
    unitsUsed
    unitsUnauthorized
    authorization {
      totalUnits
      usedUnits
      reservedUnits
      availableUnits
    }
  }
}`,
    {
      input: {
        appointmentId: '{{visitId}}',
        actualStartTime: '{{yesterday}}T12:00:00Z',
        actualEndTime: '{{yesterday}}T12:45:00Z',
        narrativeNotes: 'Tried out in the playground.',
        idempotencyKey: 'playground-complete-{{visitId}}',
      },
    },
  ),
  example(
    `
# The session, and how the ledger came to the balance,
# newest entry first.

query LookBack($authorizationId: ID!, $appointmentId: ID!) {
  authorization(id: $authorizationId) {
    totalUnits
    usedUnits
    reservedUnits
    availableUnits
    ledgerEntries(first: 5) {
      nodes {
        kind
        units
        usedAfter
        reservedAfter
        createdAt
      }
    }
  }
  appointment(id: $appointmentId) {
    status
    session {
      status
      startTime
      endTime
      unitsUsed
      narrativeNotes
    }
  }
}`,
    { authorizationId: '{{authorizationId}}', appointmentId: '{{visitId}}' },
  ),
];

function example(query: string, variables: object): Example {
  return { query: `${query.trim()}\n`, variables: JSON.stringify(variables, null, 2) };
}

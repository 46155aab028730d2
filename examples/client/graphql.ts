/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AppointmentStatus =
  | 'CANCELLED'
  | 'COMPLETED'
  | 'IN_PROGRESS'
  | 'NO_SHOW'
  | 'SCHEDULED';

/**
 * Every input with an idempotencyKey (1 to 255 characters, scoped to the object's organization and the operation, kept
 * at least 24 hours): the same key and input again, even at the same time or after a crash, gives the object of the first
 * call, its fields read anew, and changes nothing. A call that was refused leaves its key free.
 */
export type CreateAppointmentInput = {
  authorizationId: string;
  /** On the same local date, or midnight at its end; 1 minute to 12 hours later. */
  endTime: string;
  /** 1 to 255 characters. The same key and input again gives the object of the first call and changes nothing. */
  idempotencyKey?: string | null | undefined;
  location?: ServiceLocation | null | undefined;
  notes?: string | null | undefined;
  patientId: string;
  practitionerId: string;
  recurrenceRule?: string | null | undefined;
  /** One of the authorization's codes; may be left out where it has just one. */
  serviceCode?: string | null | undefined;
  startTime: string;
};

export type ServiceLocation =
  | 'CLINIC'
  | 'COMMUNITY'
  | 'HOME'
  | 'SCHOOL'
  | 'TELEHEALTH';

export type SignInMutationVariables = Exact<{
  email: string;
  password: string;
  deviceToken?: string | null | undefined;
}>;


export type SignInMutation = { login: { accessToken: string, refreshToken: string, expiresIn: number, deviceToken: string | null } };

export type RefreshMutationVariables = Exact<{
  refreshToken: string;
}>;


export type RefreshMutation = { refreshToken: { accessToken: string, refreshToken: string, expiresIn: number } };

export type SignOutMutationVariables = Exact<{
  refreshToken: string;
}>;


export type SignOutMutation = { logout: boolean };

export type VisitsBetweenQueryVariables = Exact<{
  from: string;
  to: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type VisitsBetweenQuery = { appointments: { nodes: Array<{ id: string, startTime: string, endTime: string, status: AppointmentStatus, unitsReserved: number, patient: { firstName: string, lastName: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type BookMutationVariables = Exact<{
  input: CreateAppointmentInput;
}>;


export type BookMutation = { createAppointment: { id: string, status: AppointmentStatus, unitsReserved: number, version: number, authorization: { availableUnits: number } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($email: String!, $password: String!, $deviceToken: String) {
  login(
    input: {email: $email, password: $password, deviceToken: $deviceToken}
  ) {
    accessToken
    refreshToken
    expiresIn
    deviceToken
  }
}
    `) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const RefreshDocument = new TypedDocumentString(`
    mutation Refresh($refreshToken: String!) {
  refreshToken(refreshToken: $refreshToken) {
    accessToken
    refreshToken
    expiresIn
  }
}
    `) as unknown as TypedDocumentString<RefreshMutation, RefreshMutationVariables>;
export const SignOutDocument = new TypedDocumentString(`
    mutation SignOut($refreshToken: String!) {
  logout(refreshToken: $refreshToken)
}
    `) as unknown as TypedDocumentString<SignOutMutation, SignOutMutationVariables>;
export const VisitsBetweenDocument = new TypedDocumentString(`
    query VisitsBetween($from: DateTime!, $to: DateTime!, $first: Int, $after: String) {
  appointments(filter: {from: $from, to: $to}, first: $first, after: $after) {
    nodes {
      id
      startTime
      endTime
      status
      unitsReserved
      patient {
        firstName
        lastName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<VisitsBetweenQuery, VisitsBetweenQueryVariables>;
export const BookDocument = new TypedDocumentString(`
    mutation Book($input: CreateAppointmentInput!) {
  createAppointment(input: $input) {
    id
    status
    unitsReserved
    version
    authorization {
      availableUnits
    }
  }
}
    `) as unknown as TypedDocumentString<BookMutation, BookMutationVariables>;
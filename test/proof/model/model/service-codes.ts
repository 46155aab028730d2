import type { CallOf } from './calls.ts';
import { ADMINS, asking, founding, reaching } from './rights.ts';
import type { Rule } from './units.ts';
import { BAD, decided, when, type Verdict } from './verdict.ts';
import { nextName, put, rows, type ServiceCode, type World } from './world.ts';

const CODE = /^[A-Za-z0-9.-]{1,20}$/;

export function serviceCodeView({ name, code, rule }: ServiceCode): object {
  return { id: name, code, ...rule };
}

/** Unique in its organization. */
export function createServiceCode(world: World, { by, input }: CallOf<'createServiceCode'>): Verdict {
  return founding(world, by, input.organizationId, (organization) => {
    const { code, timed, unitMinutes, roundUpAtMinutes, zeroBelowMinutes } = input;
    const rule: Rule = { timed, unitMinutes, roundUpAtMinutes, zeroBelowMinutes };
    const taken = rows(world, 'serviceCodes').some(
      (other) => other.organization === organization && other.code === code,
    );
    return decided(when(taken || !CODE.test(code) || !isRule(rule), BAD), () =>
      saved(world, { name: nextName(world, 'serviceCodes', 'C'), organization, code, rule }),
    );
  });
}

export function updateServiceCode(world: World, { by, input }: CallOf<'updateServiceCode'>): Verdict {
  const { id, ...given } = input;
  return asking(world, by, ADMINS, (caller) =>
    reaching(world, caller, 'serviceCodes', id, (serviceCode) => {
      const rule: Rule = { ...serviceCode.rule, ...given };
      return decided(when(!isRule(rule), BAD), () => saved(world, { ...serviceCode, rule }));
    }),
  );
}

/** A unit of no minutes cannot be counted, and none is rounded up to that is longer than itself. */
function isRule({ unitMinutes, roundUpAtMinutes, zeroBelowMinutes }: Rule): boolean {
  return unitMinutes >= 1 && roundUpAtMinutes >= 1 && roundUpAtMinutes <= unitMinutes && zeroBelowMinutes >= 0;
}

function saved(world: World, serviceCode: ServiceCode): { data: object; world: World } {
  return { data: serviceCodeView(serviceCode), world: put(world, 'serviceCodes', serviceCode) };
}

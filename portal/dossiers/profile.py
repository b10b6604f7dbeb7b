"""What the portal knows of a party and a person already, under the names a form's `prefill` uses."""

from portal.accounts.models import Party, PartyKind, Person


def profile_of(party: Party, person: Person) -> dict[str, str]:
    """The known values by prefill name; unknown ones are empty.

    A person's own number is only known where the party is that person.
    """
    own = party.kind is PartyKind.INDIVIDUAL
    values = {
        "company.name": party.name,
        "company.tax_code": "" if own else party.tax_code,
        "company.address": party.address,
        "company.commune": party.commune,
        "company.phone": party.phone,
        "company.email": party.email,
        "company.representative": person.name if own else party.representative,
        "person.name": person.name,
        "person.id": party.tax_code if own else "",
        "person.phone": person.phone,
        "person.email": person.email,
        "person.address": party.address if own else "",
    }
    return {name: value or "" for name, value in values.items()}

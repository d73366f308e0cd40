# Written by a person.

"""Who acts, who is asked, and who is meant by whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from airflow_approvals.domain.characters import escaped, has_unseen
from airflow_approvals.domain.errors import Invalid

MAX_NAME_LENGTH = 512


class ActorKind(str, Enum):
    """Who acts: a signed-in person, a task instance through its token, or time itself."""

    PERSON = "person"
    TASK = "task"
    SYSTEM = "system"


class ApproverKind(str, Enum):
    """What an approver's name stands for."""

    ROLE = "role"
    USER = "user"


@dataclass(frozen=True, kw_only=True)
class Who:
    """Whose deed something is. ``kind`` tells what; :meth:`is_also` tells whether two are one person.

    :param id: stable identifier; never empty.
    :param name: what people read, and what a ``user`` approver is compared with.
    """

    kind: ActorKind
    id: str
    name: str

    def __post_init__(self) -> None:
        if not self.id or not self.name:
            raise Invalid("An actor needs an id and a name; the record never says nobody.")

    def is_also(self, other: Who) -> bool:
        """Tell whether two are one person, whichever way each of them came.

        The command line knows users of most auth managers by name only, REST also by id; and somebody whose
        account was made anew has another id. So the same name is enough, as is the same id.
        """
        persons = self.kind is other.kind is ActorKind.PERSON
        return persons and (self.id == other.id or self.name == other.name)


@dataclass(frozen=True, kw_only=True)
class Actor(Who):
    """Who does something, as known at this moment.

    :param roles: resolved for this very command, never remembered.
    :param os_user: the operating-system user, of a command line; None when the command came another way.
    """

    roles: frozenset[str] = frozenset()
    os_user: str | None = None

    @property
    def who(self) -> Who:
        """Give what is remembered of them."""
        return Who(kind=self.kind, id=self.id, name=self.name)


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="system")


@dataclass(frozen=True, kw_only=True)
class Approver:
    """A role, or a user by the name they sign in with. Names are compared exactly."""

    kind: ApproverKind
    name: str

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise Invalid("An approver's name is empty; name a role or a user.")
        if self.name != self.name.strip():
            raise Invalid(f"The approver's name {self.name!r} has blanks around it and would match nobody.")
        if len(self.name) > MAX_NAME_LENGTH:
            raise Invalid(f"An approver's name is longer than {MAX_NAME_LENGTH} characters.")

    @classmethod
    def named(cls, kind: ApproverKind, name: str) -> Approver:
        """Take an approver as somebody names one now; what is stored may be older than these rules.

        :raises Invalid: the name has characters that do not show, and would be taken for another one.
        """
        if has_unseen(name):
            raise Invalid(
                f'The approver\'s name "{escaped(name)}" has characters that do not show (written out here); '
                "name it without them."
            )
        return cls(kind=kind, name=name)

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name}"

    def means(self, actor: Actor) -> bool:
        """Tell whether this names the actor. Tasks and the system are never meant."""
        if actor.kind is not ActorKind.PERSON:
            return False
        return self.name in actor.roles if self.kind is ApproverKind.ROLE else self.name == actor.name

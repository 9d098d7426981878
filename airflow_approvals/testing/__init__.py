"""For tests of Dags: gates that this process runs are answered at once, without an API server and people.

::

    with answering({"gate": "approve", "legal": denied(by="ana", comment="Not yet.")}):
        run = dag.test()

The requests are opened and closed by the rules of the real ones, and kept nowhere. What is not covered is in
``docs/testing-dags.md``. With pytest, ``pytest_plugins = ["airflow_approvals.testing"]`` gives the fixture
``approvals_answering``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from airflow_approvals.operators import reaching
from airflow_approvals.testing.answer import Answer, approved, denied
from airflow_approvals.testing.stand_in import StandIn

__all__ = ["Answer", "answering", "approved", "denied"]

Key: TypeAlias = "str | tuple[str, int]"
"""A task id, or a task id and a map index."""


def answering(answers: Mapping[Any, Answer | str]) -> AbstractContextManager[None]:
    """Answer the gates that this process runs, while the context lasts.

    :param answers: by task id (in a task group ``group.gate``), which is for all indexes of a mapped task; or
        by ``(task_id, map_index)``, which goes before the task id alone. Each is ``"approve"``, ``"deny"``,
        ``"expire"``, ``"cancel"``, or what :func:`approved` and :func:`denied` give.
    :raises ValueError: a key or an answer that makes no sense.
    :raises AssertionError: at the end of the context, unless something else is raised: a gate has asked that
        no key names, or a key names none that has.
    """
    return _answering(_Answers.of(answers))


@contextmanager
def _answering(answers: _Answers) -> Iterator[None]:
    with reaching.instead(answers.api_of):
        yield
    answers.require_fit()


@dataclass
class _Answers:
    """The answers that a test has, and what was asked for.

    :param missing: the gates that asked in vain, in words.
    """

    known: Mapping[Key, Answer]
    used: set[Key] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, answers: Mapping[Any, Answer | str]) -> _Answers:
        """Take answers as a test's author wrote them."""
        return cls({_key(key): _answer(answer) for key, answer in answers.items()})

    def api_of(self, task: BaseOperator, context: Context) -> StandIn:
        """Give what a running gate asks.

        :raises AirflowFailException: no key names it.
        """
        task_id, map_index = task.task_id, context["ti"].map_index
        for key in ((task_id, map_index), task_id):
            if key in self.known:
                self.used.add(key)
                return StandIn(task, context, self.known[key])
        gate = repr(task_id) if map_index < 0 else repr((task_id, map_index))
        self.missing.append(gate)
        raise AirflowFailException(f"{_no_answer(gate)} {self._all()}")

    def require_fit(self) -> None:
        """Have each gate that asked be named, and each that is named have asked.

        :raises AssertionError: otherwise.
        """
        wrong = [_no_answer(gate) for gate in dict.fromkeys(self.missing)]
        wrong += [f"No gate asked for the answer to {key!r}." for key in self.known if key not in self.used]
        if wrong:
            raise AssertionError(" ".join([*wrong, self._all()]))

    def _all(self) -> str:
        if not self.known:
            return "No answers were given."
        return f"There are answers to {', '.join(map(repr, self.known))}."


def _no_answer(gate: str) -> str:
    return f"airflow_approvals.testing has no answer to the gate {gate}."


def _key(key: Any) -> Key:
    match key:
        case str() if key:
            return key
        case (str(task_id), int(map_index)) if task_id and map_index >= 0:
            return task_id, map_index
    raise ValueError(f"A gate is named by its task id or by (task_id, map_index), not by {key!r}.")


def _answer(answer: Any) -> Answer:
    return answer if isinstance(answer, Answer) else Answer(answer)


try:
    import pytest
except ImportError:  # nobody needs it but tests
    pass
else:

    @pytest.fixture
    def approvals_answering(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
        """Take the answers of a test as :func:`answering` does, until the test is over."""
        taken: list[_Answers] = []
        failed_before = request.session.testsfailed

        with ExitStack() as stack:

            def take(answers: Mapping[Any, Answer | str]) -> None:
                taken.append(_Answers.of(answers))
                stack.enter_context(reaching.instead(taken[-1].api_of))

            yield take
        if request.session.testsfailed == failed_before:  # what failed is what is to be read
            for answers in taken:
                answers.require_fit()

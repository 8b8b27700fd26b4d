"""The state machine: what people, programs, the network, Google and the bridge itself may do, in any order."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bridge.local_google.api.trouble import Fault
from bridge.local_google.errors import Invalid
from tests.databases import Databases
from tests.prove import guarantees
from tests.prove.world import HEADER, WORDS, World, quiet_threads

WHICH = st.integers(0, 9)
STATUSES = st.sampled_from(["TODO", "IN_PROGRESS", "DONE"])
FAULTS = [
    Fault(400, kind="write"),
    Fault(429),
    Fault(500),
    Fault(503),
    Fault("drop"),
    Fault(503, kind="write", landed=True),
    Fault("drop", kind="write", landed=True),
]


class Machine(RuleBasedStateMachine):
    """One world per run. ``databases``: where each gets its own."""

    databases: Databases
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="prove"))
        self.world = World(self.folder, self.databases)
        self.world.__enter__()

    def teardown(self) -> None:
        try:
            hold(self.world)
        finally:
            self.world.__exit__()
            shutil.rmtree(self.folder, ignore_errors=True)

    @initialize(count=st.integers(2, 4))
    def some_leads(self, count: int) -> None:
        for _ in range(count):
            self.a_new_lead("NEW")

    # people
    @rule(word=st.sampled_from(WORDS))
    def a_new_lead(self, word: str) -> None:
        lead_id = self.world.fresh("L")
        cells = [lead_id, f"name {lead_id}", word, None, None, None, f"phone {lead_id}"]
        self._person(f"adds {lead_id} below", lambda: self._edit(f"A{self._below()}", [cells]))

    @rule(which=WHICH, word=st.sampled_from([*WORDS, ""]))
    def a_status_typed(self, which: int, word: str) -> None:
        if row := self._row(which):
            self._person(f"types {word!r} into C{row}", lambda: self._edit(f"C{row}", [[word]]))

    @rule(which=WHICH)
    def a_note_typed(self, which: int) -> None:
        if row := self._row(which):
            text = self.world.fresh("note ")
            self._person(f"types {text!r} into E{row}", lambda: self._edit(f"E{row}", [[text]]))

    @rule(which=WHICH)
    def a_name_typed(self, which: int) -> None:
        if row := self._row(which):
            text = self.world.fresh("name ")
            self._person(f"types {text!r} into B{row}", lambda: self._edit(f"B{row}", [[text]]))

    @rule(word=st.sampled_from(WORDS))
    def a_column_pasted(self, word: str) -> None:
        if rows := self.world.rows():
            last = rows[-1][0]
            block = [[word]] * (last - 1)
            self._person(
                f"pastes {word} over C2:C{last}", lambda: self._edit(f"C2:C{last}", block, pasted=True), "pasted"
            )

    @rule(ascending=st.booleans(), column=st.sampled_from([1, 2, 3]))
    def a_sort(self, ascending: bool, column: int) -> None:
        if rows := self.world.rows():
            where = f"Leads!A2:G{rows[-1][0]}"
            self._person(f"sorts by column {column}", lambda: self._hands.sort(where, column, ascending=ascending))

    @rule(which=WHICH)
    def an_inserted_row(self, which: int) -> None:
        if row := self._row(which):
            self._person(f"inserts a row before {row}", lambda: self._hands.insert_rows("Leads", row))

    @rule(which=WHICH)
    def a_deleted_row(self, which: int) -> None:
        if row := self._row(which):
            self._person(f"deletes row {row}", lambda: self._hands.delete_rows("Leads", row))

    @rule(which=WHICH)
    def a_copied_row(self, which: int) -> None:
        if row := self._row(which):
            self._person(f"copies row {row} below", lambda: self._copy(row))

    @rule()
    def an_undo(self) -> None:
        self._person("undoes", self._hands.undo, "undone")

    @rule()
    def a_redo(self) -> None:
        self._person("redoes", self._hands.redo, "undone")

    # programs
    @rule(which=WHICH, status=STATUSES)
    def a_patched_status(self, which: int, status: str) -> None:
        if task := self._task(which):
            self.world.program("patches", task, status=status)

    @rule(which=WHICH)
    def a_patched_note(self, which: int) -> None:
        if task := self._task(which):
            self.world.program("patches", task, notes=self.world.fresh("api "))

    @rule(named=st.booleans())
    def a_posted_task(self, named: bool) -> None:
        lead = {"lead_id": self.world.fresh("P")} if named else {}
        answer = self.world.stack.post_to("/tasks", title=f"Follow up: {self.world.fresh('posted ')}", **lead)
        self.world.note(f"program posts a task {lead} -> {answer.status_code}")
        self.world.changes_made += 2

    @rule(which=WHICH)
    def an_archived_task(self, which: int) -> None:
        if task := self._task(which):
            self.world.stack.http.delete(f"{self.world.stack.url}/tasks/{task['id']}", timeout=60)
            self.world.note(f"program archives task {task['id']}")
            self.world.changes_made += 1

    @rule(which=WHICH)
    def a_restored_task(self, which: int) -> None:
        archived = [task for task in self.world.stack.tasks(archived=True) if task["archived_at"]]
        if archived:
            task = archived[which % len(archived)]
            self.world.stack.patch(task["id"], archived=False)
            self.world.note(f"program restores task {task['id']}")
            self.world.changes_made += 1

    # the network, Google, and the bridge itself
    @rule(outcome=st.sampled_from(["lost", "answer lost", "twice", "late"]))
    def a_bad_delivery(self, outcome: str) -> None:
        self.world.middleman.next(outcome)  # type: ignore[arg-type]
        self.world.note(f"the next delivery is {outcome}")

    @rule(fault=st.sampled_from(FAULTS))
    def a_bad_google(self, fault: Fault) -> None:
        self.world.stack.google.trouble.fail(fault)
        self.world.note(f"Google: {fault}")

    @rule()
    def a_late_read(self) -> None:
        self.world.stack.google.trouble.lag(60, lasting=0.5)
        self.world.note("reads lag for half a second")

    @rule(echo=st.booleans())
    def an_echo(self, echo: bool) -> None:
        self.world.stack.google.trouble.echo_skipped = echo
        self.world.note(f"Google {'echoes' if echo else 'does not echo'} skipped cells")

    @rule(which=WHICH)
    def a_row_that_moves_under_a_write(self, which: int) -> None:
        if row := self._row(which):
            self.world.stack.google.trouble.before_write(
                lambda: self._person(f"inserts a row before {row}, just before a write",
                                     lambda: self._hands.insert_rows("Leads", row))
            )  # fmt: skip

    @rule(when=st.sampled_from(["before", "after"]))
    def a_dying_bridge(self, when: str) -> None:
        self.world.die(when)

    @rule()
    def a_restart(self) -> None:
        self.world.restart()

    @rule(seconds=st.sampled_from([1.0, 5.0]))
    def a_clock_that_jumps(self, seconds: float) -> None:
        if self.world.stack.ahead.total_seconds() < 60:
            self.world.stack.later(seconds)
            self.world.note(f"the bridge's clock jumps {seconds} s")

    @rule()
    def a_moment_of_rest(self) -> None:
        self.world.stack.google.scripts.wait_idle(2)

    @property
    def _hands(self):
        return self.world.stack.google.person

    def _edit(self, where: str, values: list, pasted: bool = False) -> None:
        self._hands.edit(where, values, pasted=pasted)

    def _person(self, what: str, act, side: str = "sheet") -> None:
        type(self).steps += 1
        try:
            self.world.person(what, act, side)
        except Invalid as refused:
            self.world.note(f"person {what}: refused, {refused}")

    def _copy(self, row: int) -> None:
        self._edit(f"A{self._below()}", self.world.tab.values(row, 1, 1, len(HEADER)), pasted=True)

    def _below(self) -> int:
        """The first free row; asked in the very moment of typing, since the bridge appends rows too."""
        return max((number for number, _ in self.world.rows()), default=1) + 1

    def _row(self, which: int) -> int | None:
        rows = self.world.rows()
        return rows[which % len(rows)][0] if rows else None

    def _task(self, which: int) -> dict | None:
        tasks = self.world.stack.tasks()
        return tasks[which % len(tasks)] if tasks else None


def hold(world: World) -> None:
    """Let everything come to rest and check every guarantee."""
    world.settle()
    writes = world.stack.calls()[1]
    guarantees.one_task_per_lead(world)
    guarantees.converge(world)
    guarantees.no_wrong_row(world)
    guarantees.no_lost_edit(world)
    guarantees.no_lost_patch(world)
    guarantees.deletions_follow(world)
    guarantees.no_ping_pong(world, writes)


def machine(databases: Databases, examples: int, steps: int) -> type[Machine]:
    """The machine for so many runs of at most so many steps; without shrinking, since time is part of the play."""
    quiet_threads()

    class Run(Machine):
        TestCase: type

    Run.databases = databases
    Run.TestCase.settings = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    return Run
